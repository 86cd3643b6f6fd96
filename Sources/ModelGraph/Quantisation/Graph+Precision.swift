extension Graph {
    /// The network as it is calibrated, trained with rounding, and converted.
    ///
    /// No-ops are dropped, batch normalisation is folded, and where integers are wanted a normalisation that could not be folded becomes
    /// a depthwise 1×1 convolution, which has an int8 form.
    public func prepared(for precision: Assignment<Precision>) -> Graph {
        let graph = normalized(for: .stored)
        let hasIntegers = precision.choices.contains { $0 == .int8 || $0 == .binary }
        return hasIntegers ? graph.normalizationsAsDepthwise() : graph
    }

    /// `converted(to:)` with every node at int8.
    public func quantized(ranges: (ValueID) -> ClosedRange<Float>? = { _ in nil }) throws(GraphError) -> Graph
    {
        try converted(to: Assignment(.int8), ranges: ranges)
    }

    /// Rewrites a prepared float32 network so that each node computes in the precision assigned to it.
    ///
    /// Integers begin behind a `quantize` and end before a `dequantize`; nodes without an int8 form stay real between those.
    /// Layers get int8 weights (a scale for each output channel, or one) and an int32 bias; sixteen-bit layers keep real activations and store their
    /// weights as halves; binary layers round their input to ±1, store weights of ±1 with a scale for each channel, and give real numbers.
    /// - Parameters:
    ///   - ranges: the values that calibration saw (real numbers, by value of this graph); unknown ones get scale 1.
    ///   - channelMeans: mean of each channel (last axis) of a value; where known, a layer's bias is corrected for the mean error
    ///     that rounding its weights makes (Nagel et al., Data-Free Quantization, 2019).
    ///   - weightScales: whether output channels have weight scales of their own, or one together.
    public func converted(
        to precision: Assignment<Precision>, ranges: (ValueID) -> ClosedRange<Float>? = { _ in nil },
        channelMeans: (ValueID) -> [Float]? = { _ in nil }, weightScales: WeightScales = .perChannel
    ) throws(GraphError) -> Graph {
        let forms = PrecisionPlan(self) { precision[$0.name] }.forms
        let scales = try ActivationScales(self, forms: forms, ranges: ranges)
        var rewriter = PrecisionRewriter(
            graph: self, scales: scales, channelMeans: values.indices.map { channelMeans(ValueID($0)) },
            weightScales: weightScales)
        return try rewriter.rewrite(forms)
    }

    /// This network with its binary layers in that form and everything else in real numbers: what int8 layers beside binary
    /// ones will read, before any of it is rounded.
    ///
    /// - Returns: the network, and for each value of this graph the same one there; nil where it has none.
    public func withBinaryLayers(
        _ precision: Assignment<Precision>
    ) throws(GraphError) -> (network: Graph, values: [ValueID?]) {
        let forms = PrecisionPlan(self) { precision[$0.name] }.forms
        guard forms.contains(.binary) else { return (self, values.indices.map { ValueID($0) }) }
        let binaryForms = forms.map { $0 == .binary ? $0 : .real }
        var rewriter = PrecisionRewriter(
            graph: self, scales: try ActivationScales(self, forms: binaryForms) { _ in nil },
            channelMeans: [[Float]?](repeating: nil, count: values.count), weightScales: .perChannel)
        let network = try rewriter.rewrite(binaryForms)
        return (network, values.indices.map { rewriter.real[ValueID($0)] })
    }

    /// Batch normalisation that stands alone as a 1×1 convolution with one channel a group.
    func normalizationsAsDepthwise() -> Graph {
        var editor = GraphEditor(self)
        for (index, node) in nodes.enumerated() {
            guard case .batchNormalization(let epsilon) = node.operation,
                self[node.inputs[0]].type.shape.rank == 4
            else { continue }
            let parameters = node.inputs.dropFirst().compactMap { self[$0].constant?.tensor }
            guard parameters.count == 4, parameters.allSatisfy({ $0.dataType == .float32 }) else { continue }
            let channels = parameters[0].shape[0]
            let unit = Tensor([channels, 1, 1, 1], .repeated(1, .float32))
            let (weights, bias) = Graph.normalized(weights: unit, bias: nil, by: parameters, epsilon: epsilon)
            editor.graph.nodes[index].operation = .convolution(Convolution(kernel: 1, groups: channels))
            editor.graph.nodes[index].inputs = [
                node.inputs[0], editor.addConstant("\(node.name).weights", Constant(weights)),
                editor.addConstant("\(node.name).bias", Constant(bias)),
            ]
        }
        return editor.finished()
    }
}
