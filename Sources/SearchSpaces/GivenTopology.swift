import ModelGraph

/// A network that is there already, with its weights: the only architecture is `given`; what is searched is its compression.
struct GivenTopology: Hashable, Sendable {
    static let text = "given"

    /// In real numbers, one sample (of a streaming network: one step) at a time, without a final softmax, every node named after its
    /// stage (`stage2/conv3`); input 0 and output 0 are no states.
    let network: Graph
    /// The names of the stages, from input to output.
    let stages: [String]

    /// Takes a network with one input and one output besides its states; `name` is what complaints call it.
    init(_ graph: Graph, name: String) throws(SearchSpaceError) {
        func fault(_ detail: String) -> SearchSpaceError { .given(model: name, detail: detail) }
        let (inputs, outputs) = (graph.givenInputs.count, graph.readOutputs.count)
        guard inputs == 1, outputs == 1 else {
            throw fault("has \(inputs) inputs and \(outputs) outputs, expected one of each besides states")
        }
        let real: Graph
        do throws(GraphError) {
            real = try graph.withStatesLast().inRealNumbers()
        } catch {
            throw fault("does not become float32: \(error)")
        }
        if let value = real.values.first(where: \.isQuantized) {
            throw fault(
                "holds \(value.type.dataType.rawValue) values ('\(value.name)'); give the float32 model it was made from"
            )
        }
        do throws(GraphError) {
            let single = try real.batched(1).endingInLogits()
            try single.verify()
            (network, stages) = single.namedByStage()
        } catch {
            throw fault("cannot be compressed: \(error)")
        }
        guard network.nodes.contains(where: { $0.operation.isLayer }) else {
            throw fault("has no convolution and no dense layer to compress")
        }
    }

    func read(_ text: String) throws(EncodingError) {
        guard text == GivenTopology.text else {
            throw EncodingError(detail: "its only architecture is '\(GivenTopology.text)'")
        }
    }

    /// The network with images as the data has them; `name` is what complaints call it.
    func graph(fitting input: NetworkInput, name: String) throws(SearchSpaceError) -> Graph {
        let network = try answering(input.outputs, name: name)
        let rows = try rows(of: network[network.inputs[0]].type.shape, in: input, name: name)
        let step = NetworkInput(
            height: rows, width: input.width, channels: input.channels, outputs: input.outputs)
        return try GivenTopology.graph(network, fitting: step, name: name)
    }

    /// A network with images as the data has them.
    static func graph(
        _ network: Graph, fitting input: NetworkInput, name: String
    ) throws(SearchSpaceError) -> Graph {
        let (shape, answers) = (
            network[network.inputs[0]].type.shape, network[network.outputs[0]].type.shape.elementCount
        )
        guard answers == input.outputs else {
            throw .given(
                model: name, detail: "answers with \(answers) numbers, the data has \(input.outputs) classes")
        }
        let image: Shape = [1, input.height, input.width, input.channels]
        let channelsFirst: Shape = [1, input.channels, input.height, input.width]
        let isSameOrder = input.channels == 1 || input.height * input.width == 1
        do throws(GraphError) {
            if shape == image, !network.turnsChannelsLast { return network }
            if shape == channelsFirst { return try network.readingChannelsLast() }
            if shape.rank < 4, isSameOrder, shape.elementCount == image.elementCount {
                return try network.reading(image)
            }
        } catch {
            throw .given(model: name, detail: error.description)
        }
        throw .given(
            model: name,
            detail: "reads samples of shape \(Shape(Array(shape.dimensions.dropFirst()))), the data has "
                + "\(input.height) × \(input.width) × \(input.channels) (height × width × channels)")
    }

    /// Rows of the data that the network reads at once: all, or those of one step of a streaming network.
    private func rows(
        of shape: Shape, in input: NetworkInput, name: String
    ) throws(SearchSpaceError) -> Int {
        guard !network.states.isEmpty else { return input.height }
        let row = input.width * input.channels
        guard row > 0, shape.elementCount % row == 0 else { return input.height }
        let rows = shape.elementCount / row
        guard rows > 0, input.height % rows == 0 else {
            throw .given(
                model: name,
                detail:
                    "takes steps of \(rows) rows, which do not divide the \(input.height) rows of a sample; "
                    + "choose their number by the data's length or hop")
        }
        return rows
    }

    /// The network with an answer for each class; a detector's probability becomes the logits of two classes.
    private func answering(_ classes: Int, name: String) throws(SearchSpaceError) -> Graph {
        let answers = network[network.outputs[0]].type.shape.elementCount
        if answers == classes { return network }
        if answers == 1, classes == 2, let twofold = network.detectingAsTwoClasses() { return twofold }
        throw .given(
            model: name, detail: "answers with \(answers) numbers, the data has \(classes) classes")
    }
}

extension Value {
    /// Whether this is a number type that only compression brings about.
    fileprivate var isQuantized: Bool {
        switch type.dataType {
        case .int8, .uint8, .int16, .float16, .bfloat16, .binary: true
        case .int32: type.quantization != nil
        case .float32, .int64, .bool: false
        }
    }
}

extension Graph {
    /// The same network with each node named after its stage, and the stages' names.
    ///
    /// A stage begins with a convolution whose result is smaller than all before it; `head` is what follows the last
    /// convolution of more than one pixel.
    fileprivate func namedByStage() -> (Graph, stages: [String]) {
        let pixels = nodes.map { node -> Int? in
            guard case .convolution = node.operation else { return nil }
            let shape = self[node.output].type.shape
            return shape[1] * shape[2]
        }
        let lastWide = pixels.lastIndex { ($0 ?? 0) > 1 } ?? nodes.count
        var graph = self
        var (stage, smallest, isHead) = (0, Int.max, false)
        var names: [String] = []
        for (index, node) in nodes.enumerated() {
            if index <= lastWide, let size = pixels[index], size > 1, size < smallest {
                (stage, smallest) = (stage + 1, size)
            }
            if index > lastWide, node.operation.isLayer { isHead = true }
            let name = isHead ? "head" : "stage\(max(stage, 1))"
            if names.last != name { names.append(name) }
            graph.nodes[index].name = name + (node.name.hasPrefix("/") ? "" : "/") + node.name
        }
        return (graph, names)
    }
}
