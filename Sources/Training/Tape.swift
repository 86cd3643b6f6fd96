import Kernels
import ModelGraph

/// A graph prepared for training on a fixed number of rows: rules in order, and where everything lies in memory.
///
/// Immutable and shared by all shards; memory is in `Pass`.
final class Tape: Sendable {
    let rules: [any Rule]
    let parameters: [Parameter]
    /// Batch normalisations: where a shard's statistics lie, and the parameters that track them.
    let normalizations: [Normalization]
    let input: PassArray
    let output: Result
    /// Further results whose gradients the loss writes.
    let observed: [Result]
    let rows: Int
    let sizes: Sizes
    /// Constants of values that only the tape has, from the place `firstAdded` on.
    let added: [Constant?]
    let firstAdded: Int

    /// Floats of each region.
    struct Sizes: Hashable, Sendable {
        var activations = 0
        var gradients = 0
        var scratch = 0
        var parameters = 0
        var trainedParameters = 0
        var statistics = 0

        /// What one pass works in.
        var passBytes: Int { (activations + gradients + scratch) * MemoryLayout<Float>.stride }
    }

    struct Normalization: Sendable {
        var statistics: PassArray
        var mean, variance: PassArray
        /// Rows a mean is taken over.
        var rows: Int
    }

    /// - Parameters:
    ///   - dropout: share of the values zeroed before each fully connected layer but the first.
    ///   - hasGradients: false where the network is only run: results then make room as soon as they have been read, and there is
    ///     nothing to go back through.
    /// - Throws: where an operation has no gradient rule, or a shape does not admit `rows` rows.
    init(
        _ graph: Graph, rows: Int, kernels: TrainingKernels, observing values: [ValueID] = [],
        dropout: Float = 0, hasGradients: Bool = true
    ) throws(TrainingError) {
        guard graph.inputs.count == 1, graph.outputs.count == 1 else {
            throw .unsupported(
                node: graph.name,
                detail: "training needs one input and one output, the graph has "
                    + "\(graph.inputs.count) and \(graph.outputs.count)")
        }
        var batched = try graph.rebatched(to: rows).inTrainableParts().droppingOut(dropout)
        batched.outputs += values
        added = batched.values.dropFirst(graph.values.count).map(\.constant)
        firstAdded = graph.values.count
        let steps = TapeStep.steps(of: batched)
        var planner = try TapePlanner(
            batched, steps: steps, kernels: kernels, hasGradients: hasGradients)
        var rules: [any Rule] = []
        for step in steps { rules.append(try planner.rule(for: step)) }
        planner.sizes.scratch = rules.map(\.scratchCount).max() ?? 0
        self.rules = rules
        self.rows = rows
        parameters = planner.parameters
        normalizations = planner.normalizations
        input = planner.slot(of: batched.inputs[0])
        output = planner.result(of: batched.outputs[0])
        observed = values.map { planner.result(of: $0) }
        sizes = planner.sizes
    }

    /// Runs the network; the result is in `output.value`.
    func forward(_ pass: Pass) {
        for rule in rules { rule.forward(pass) }
    }

    /// Adds the gradients of all trained parameters, from the gradient in `output.gradient`.
    func backward(_ pass: Pass) {
        for rule in rules.reversed() { rule.backward(pass) }
    }
}

extension Graph {
    /// The same graph for `rows` samples at a time.
    fileprivate func rebatched(to rows: Int) throws(TrainingError) -> Graph {
        do throws(GraphError) { try verify() } catch { throw .graph(error) }
        for input in inputs {
            let type = self[input].type
            guard type.dataType == .float32, type.shape.rank >= 1, type.shape[0] == 1 else {
                throw .unsupported(
                    node: self[input].name, detail: "needs a float32 input with batch 1, got \(type.shape)")
            }
        }
        do throws(GraphError) { return try batched(rows) } catch { throw .graph(error) }
    }
}
