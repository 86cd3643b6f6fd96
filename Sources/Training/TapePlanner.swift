import Kernels
import ModelGraph

/// Lays out a tape's memory and chooses the rule of each step.
struct TapePlanner {
    let graph: Graph
    let kernels: TrainingKernels
    let parameters: [Parameter]
    private(set) var normalizations: [Tape.Normalization] = []
    var sizes = Tape.Sizes()
    private var values: [PassArray?]
    private var gradients: [PassArray?]
    /// For each step's output, which (reader, place) writes the gradient first in backward order.
    private var firstWriters: [FirstWriter?]
    private var stepIndex = 0

    private struct FirstWriter: Equatable {
        var step: Int
        var place: Int
    }

    init(
        _ graph: Graph, steps: [TapeStep], kernels: TrainingKernels, hasGradients: Bool
    ) throws(TrainingError) {
        self.graph = graph
        self.kernels = kernels
        parameters = try Parameter.parameters(of: steps, in: graph)
        values = [PassArray?](repeating: nil, count: graph.values.count)
        gradients = values
        firstWriters = [FirstWriter?](repeating: nil, count: graph.values.count)
        placeParameters()
        if hasGradients {
            placeValues(steps)
            placeGradients(steps)
        } else {
            placePassingValues(steps)
        }
    }

    private mutating func placeParameters() {
        for parameter in parameters {
            values[parameter.value.index] = PassArray(
                region: .parameter, offset: parameter.offset, count: parameter.count)
            let end = parameter.offset + (parameter.count + 15) / 16 * 16
            sizes.parameters = max(sizes.parameters, end)
            guard parameter.isTrained else { continue }
            gradients[parameter.value.index] = PassArray(
                region: .parameterGradient, offset: parameter.offset, count: parameter.count)
            sizes.trainedParameters = max(sizes.trainedParameters, end)
        }
    }

    private mutating func placeValues(_ steps: [TapeStep]) {
        for input in graph.inputs { values[input.index] = remember(graph[input].type.shape.elementCount) }
        for step in steps { values[step.output.index] = remember(graph[step.output].type.shape.elementCount) }
    }

    /// Results live until they have been read; a normalisation writes over its input where nobody else reads that.
    private mutating func placePassingValues(_ steps: [TapeStep]) {
        var lastReader = [Int](repeating: -1, count: graph.values.count)
        for (index, step) in steps.enumerated() {
            for input in step.allInputs { lastReader[input.index] = index }
        }
        for output in graph.outputs { lastReader[output.index] = steps.count }
        let sources = inPlaceSteps(steps).sources
        let isInPlace = zip(steps, sources).map { step, source in
            if case .batchNormalization = step.node.operation { source != nil } else { false }
        }
        for (index, step) in steps.enumerated().reversed() where isInPlace[index] {
            lastReader[step.inputs[0].index] = lastReader[step.output.index]
        }
        var layout = LifetimeLayout()
        func place(_ value: ValueID, from begin: Int) -> PassArray {
            let count = graph[value].type.shape.elementCount
            let offset = layout.place(
                (count + 15) / 16 * 16, from: begin, through: max(lastReader[value.index], begin))
            return PassArray(region: .activation, offset: offset, count: count)
        }
        for input in graph.inputs { values[input.index] = place(input, from: -1) }
        for (index, step) in steps.enumerated() {
            values[step.output.index] =
                isInPlace[index] ? values[step.inputs[0].index] : place(step.output, from: index)
        }
        sizes.activations = layout.size
    }

    /// Gradients live from their last reader (first in backward order) to their producer; others reuse the memory.
    private mutating func placeGradients(_ steps: [TapeStep]) {
        var needs = gradients.map { $0 != nil }
        for step in steps where step.allInputs.contains(where: { needs[$0.index] }) {
            needs[step.output.index] = true
        }
        for (index, step) in steps.enumerated() {
            for (place, input) in step.allInputs.enumerated() {
                let writer = FirstWriter(step: index, place: place)
                // Within one step the first place writes, later places of the same value add.
                if firstWriters[input.index]?.step != index { firstWriters[input.index] = writer }
            }
        }
        // The loss writes the gradients of outputs before any rule adds to them.
        for output in graph.outputs { firstWriters[output.index] = FirstWriter(step: steps.count, place: 0) }
        let inPlace = inPlaceSteps(steps)
        var layout = LifetimeLayout()
        for (index, step) in steps.enumerated().reversed() {
            let output = step.output
            let begin = firstWriters[output.index]?.step ?? steps.count
            // Outputs need memory even if nothing trained lies upstream: the loss writes it.
            guard needs[output.index] || begin == steps.count, gradients[output.index] == nil else {
                continue
            }
            let chain = inPlace.chain(from: index)
            let count = graph[output].type.shape.elementCount
            let offset = layout.place(
                (count + 15) / 16 * 16, from: steps.count - begin,
                through: steps.count - (chain.last ?? index))
            for member in chain where member == index || needs[steps[member].output.index] {
                gradients[steps[member].output.index] = PassArray(
                    region: .gradient, offset: offset, count: count)
            }
        }
        sizes.gradients = layout.size
    }

    /// Steps whose backward rule may turn the result's gradient into the input's where it lies: element-wise ones
    /// whose input nobody else reads.
    private func inPlaceSteps(_ steps: [TapeStep]) -> InPlaceSteps {
        var readers = [Int](repeating: 0, count: graph.values.count)
        var producers = [Int?](repeating: nil, count: graph.values.count)
        for (index, step) in steps.enumerated() {
            producers[step.output.index] = index
            for input in step.allInputs { readers[input.index] += 1 }
        }
        return InPlaceSteps(
            sources: steps.map { step in
                let input = step.inputs[0]
                let isShareable =
                    step.isElementwise && readers[input.index] == 1 && !graph.outputs.contains(input)
                return isShareable ? producers[input.index] : nil
            })
    }

    /// Memory that lasts from a step's forward rule to its backward rule.
    mutating func remember(_ count: Int) -> PassArray {
        let slot = PassArray(region: .activation, offset: sizes.activations, count: count)
        sizes.activations += (count + 15) / 16 * 16
        return slot
    }

    func slot(of value: ValueID) -> PassArray {
        guard let slot = values[value.index] else {
            preconditionFailure("TapePlanner: a value without memory")
        }
        return slot
    }

    func result(of value: ValueID) -> Result {
        // A result that needs no gradient never runs its rule's backward half usefully; it gets an empty slot.
        Result(
            shape: graph[value].type.shape.dimensions, value: slot(of: value),
            gradient: gradients[value.index] ?? PassArray(region: .gradient, offset: 0, count: 0))
    }

    func operand(_ place: Int, of step: TapeStep) -> Operand {
        let input = step.allInputs[place]
        let gradient = gradients[input.index]
        let isParameter = gradient?.region == .parameterGradient
        return Operand(
            shape: graph[input].type.shape.dimensions, value: slot(of: input), gradient: gradient,
            accumulates: isParameter
                || firstWriters[input.index] != FirstWriter(step: stepIndex, place: place))
    }

    /// The rule of the next step.
    mutating func rule(for step: TapeStep) throws(TrainingError) -> any Rule {
        defer { stepIndex += 1 }
        let rule = try makeRule(for: step)
        return gradients[step.output.index] == nil ? ForwardOnlyRule(rule: rule) : rule
    }

    mutating func addNormalization(_ normalization: Tape.Normalization) {
        normalizations.append(normalization)
    }

    /// A place for a shard's statistics of one normalisation.
    mutating func statistics(_ count: Int) -> PassArray {
        let slot = PassArray(region: .statistics, offset: sizes.statistics, count: count)
        sizes.statistics += (count + 15) / 16 * 16
        return slot
    }

    /// The step's position, which keys its random numbers.
    var position: Int { stepIndex }
}

/// For each step, the step whose result's gradient may share the memory of its own.
private struct InPlaceSteps {
    let sources: [Int?]

    /// The step and those upstream that share its gradient's memory.
    func chain(from index: Int) -> [Int] {
        var chain = [index]
        var next = sources[index]
        while let step = next {
            chain.append(step)
            next = sources[step]
        }
        return chain
    }
}

/// A step with nothing trained upstream: it has no gradient to pass on.
struct ForwardOnlyRule: Rule {
    let rule: any Rule
    var scratchCount: Int { rule.scratchCount }
    func forward(_ pass: Pass) { rule.forward(pass) }
    func backward(_ pass: Pass) {}
}

extension TapeStep {
    /// The inputs, the residual last.
    var allInputs: [ValueID] { residual.map { inputs + [$0] } ?? inputs }

    /// Whether each element of the first input's gradient depends on the same element of the result's, and of no other
    /// that is read later.
    fileprivate var isElementwise: Bool {
        if case .activation = node.operation { return true }
        if case .batchNormalization = node.operation { return true }
        return false
    }
}
