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
        switch resizing.mode {
        case .linear:
            let rows = resizing.positions(from: input[1], to: output[1], scale: resizing.scaleHeight)
            let columns = resizing.positions(from: input[2], to: output[2], scale: resizing.scaleWidth)
            builder.linearResize(
                x, shape, rows: rows.map { blend($0, extent: input[1]) },
                columns: columns.map { blend($0, extent: input[2]) }, into: y)
        case .nearest:
            let strides = input.strides
            let rows = resizing.nearestElements(from: input[1], to: output[1], scale: resizing.scaleHeight)
            let columns = resizing.nearestElements(from: input[2], to: output[2], scale: resizing.scaleWidth)
            let offsets: [AxisOffsets] = [
                (0..<input[0]).map { $0 * strides[0] },
                rows.map { $0 * strides[1] },
                columns.map { $0 * strides[2] },
                Array(0..<input[3]),
            ]
            builder.gather(x, offsets: offsets, elementBytes: 4, place: (0, output.strides), into: y)
        }
    }

    /// The two input positions around a real one, and the weight of the second.
    private func blend(_ position: Float, extent: Int) -> (first: Int, second: Int, weight: Float) {
        let clamped = min(max(position, 0), Float(extent - 1))
        let first = Int(clamped)
        return (first, min(first + 1, extent - 1), clamped - Float(first))
    }
}
