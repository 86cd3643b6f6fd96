import ModelGraph

extension ModelFormat {
    /// Bytes that the model file spends on one kernel besides its weights: operations, tensors, quantisation.
    ///
    /// Constants chosen after the layout of the formats, not fitted to files; `channels` are those with a scale of their own.
    func structureBytes(tensors: Int, operations: Int, channels: Int) -> Int {
        switch self {
        case .tflite: 160 * tensors + 80 * operations + 12 * channels
        case .onnx: 50 * tensors + 90 * operations + 5 * channels
        case .swiftlet: 48 * tensors + 40 * operations + 8 * channels
        }
    }
}

extension RuntimeProfile {
    /// Bytes of a model file without any operation.
    var emptyModelBytes: Int {
        switch format {
        case .tflite: 1024
        case .onnx: 128
        case .swiftlet: 64
        }
    }

    /// Why the format cannot hold a model, if it cannot.
    func refusesToHold(_ graph: Graph) -> String? {
        for value in graph.values {
            let type = value.type.dataType
            let holds: Bool =
                switch format {
                case .swiftlet: true
                case .onnx: type != .binary
                case .tflite: type != .binary && type != .bfloat16
                }
            if !holds {
                return "\(format.rawValue) files cannot hold \(type.rawValue) values such as '\(value.name)'."
            }
        }
        for node in graph.nodes {
            if case .training = node.operation {
                return "'\(node.name)' (\(node.operation.name)) exists only while a network is trained."
            }
        }
        return nil
    }
}
