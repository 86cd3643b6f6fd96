import ModelGraph

/// A network that is there already, with its weights: the only architecture is `given`; what is searched is its compression.
struct GivenTopology: Hashable, Sendable {
    static let text = "given"

    /// With one sample at a time, without a final softmax, every node named after its stage (`stage2/conv3`).
    let network: Graph
    /// The names of the stages, from input to output.
    let stages: [String]

    /// Takes a float32 network with one input and one output; `name` is what complaints call it.
    init(_ graph: Graph, name: String) throws(SearchSpaceError) {
        func fault(_ detail: String) -> SearchSpaceError { .given(model: name, detail: detail) }
        guard graph.inputs.count == 1, graph.outputs.count == 1 else {
            throw fault(
                "has \(graph.inputs.count) inputs and \(graph.outputs.count) outputs, expected one of each")
        }
        if let value = graph.values.first(where: \.isQuantized) {
            throw fault(
                "holds \(value.type.dataType.rawValue) values ('\(value.name)'); give the float32 model it was made from"
            )
        }
        do throws(GraphError) {
            let single = try graph.batched(1).endingInLogits()
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
        try GivenTopology.graph(network, fitting: input, name: name)
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
