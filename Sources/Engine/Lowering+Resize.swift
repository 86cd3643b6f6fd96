import Kernels
import ModelGraph

extension Lowering {
    mutating func lowerResize(_ node: Node, _ resizing: Resizing, into y: Buffer) throws(PlanError) {
        let input = graph[node.inputs[0]].type.shape, output = graph[node.output].type.shape
        let shape = WindowShape(
            images: input[0], input: (input[1], input[2], input[3]), output: (output[1], output[2], output[3])
        )
        guard input.elementCount > 0, input.elementCount < 1 << 31, output.elementCount < 1 << 31 else {
            throw .unsupported(node: node.name, detail: "cannot resize \(input) to \(output)")
        }
        let x = try floats(node.inputs[0], for: node.name)
        let rows = resizing.positions(from: input[1], to: output[1], scale: resizing.scaleHeight)
        let columns = resizing.positions(from: input[2], to: output[2], scale: resizing.scaleWidth)
        switch resizing.mode {
        case .linear:
            builder.linearResize(
                x, shape, rows: rows.map { blend($0, extent: input[1]) },
                columns: columns.map { blend($0, extent: input[2]) }, into: y)
        case .nearest:
            let strides = input.strides
            let offsets: [AxisOffsets] = [
                (0..<input[0]).map { $0 * strides[0] },
                rows.map { resizing.nearest($0, extent: input[1]) * strides[1] },
                columns.map { resizing.nearest($0, extent: input[2]) * strides[2] },
                Array(0..<input[3]),
            ]
            builder.gather(x, offsets: offsets, elementBytes: 4, place: (0, output.strides), into: y)
        }
    }

    /// The two input positions around a real one, and the weight of the second.
    private func blend(_ position: Double, extent: Int) -> (first: Int, second: Int, weight: Float) {
        let clamped = min(max(position, 0), Double(extent - 1))
        let first = Int(clamped)
        return (first, min(first + 1, extent - 1), Float(clamped - Double(first)))
    }
}

extension Resizing {
    /// Where along the input each output position falls (ONNX, Resize-13).
    fileprivate func positions(from input: Int, to output: Int, scale: Float?) -> [Double] {
        let ratio =
            scale.map(Double.init).flatMap { $0.isFinite && $0 > 0 ? $0 : nil } ?? Double(output)
            / Double(input)
        return (0..<output).map { index in
            let position = Double(index)
            switch coordinates {
            case .halfPixel: return (position + 0.5) / ratio - 0.5
            case .pytorchHalfPixel: return output > 1 ? (position + 0.5) / ratio - 0.5 : 0
            case .asymmetric: return position / ratio
            case .alignCorners:
                return output > 1 ? position * Double(input - 1) / Double(output - 1) : 0
            }
        }
    }

    fileprivate func nearest(_ position: Double, extent: Int) -> Int {
        let rounded =
            switch rounding {
            case .floor: position.rounded(.down)
            case .ceiling: position.rounded(.up)
            case .preferFloor: (position - 0.5).rounded(.up)
            case .preferCeiling: (position + 0.5).rounded(.down)
            }
        return Int(min(max(rounded, 0), Double(extent - 1)))
    }
}
