import ModelGraph

/// Convolutions over three axes, as convolutions over two: each slice of the result is one of the slices it depends on, whose channels
/// lie side by side.
extension Translator {
    /// Slices of the result at most.
    private static let mostSlices = 1024

    mutating func volumeConvolution(_ call: Call) throws(ONNXProblem) {
        let extents = try shape(of: call.named(0), call), weights = try constant(1, of: call)
        guard weights.shape.rank == 5, weights.shape.elementCount > 0 else {
            throw call.fault("weights of shape \(weights.shape) do not fit \(Shape(extents))")
        }
        let windows = try AxisWindow.all(
            call, kernel: Array(weights.shape.dimensions[2...]), input: Array(extents[2...]))
        let depth = windows[0]
        let span = extents[2] + depth.before + depth.after - (depth.kernel - 1) * depth.dilation - 1
        let slices = span < 0 ? 0 : span / depth.stride + 1
        let plane: [ProtoAttribute] = [
            .init("pads", windows[1...].map(\.before) + windows[1...].map(\.after)),
            .init("strides", windows[1...].map(\.stride)), .init("dilations", windows[1...].map(\.dilation)),
            .init("group", call.integer("group", default: 1)),
        ]
        try volume(call, "Conv", weights, slices, plane) { slice in
            (0..<depth.kernel).compactMap { tap in
                let place = slice * depth.stride + tap * depth.dilation - depth.before
                return place >= 0 && place < extents[2] ? (place, tap) : nil
            }
        }
    }

    mutating func transposedVolume(_ call: Call) throws(ONNXProblem) {
        let extents = try shape(of: call.named(0), call), weights = try constant(1, of: call)
        guard weights.shape.rank == 5, weights.shape.elementCount > 0, weights.shape[0] == extents[1] else {
            throw call.fault("weights of shape \(weights.shape) do not fit \(Shape(extents))")
        }
        let kernel = Array(weights.shape.dimensions[2...])
        let axes = try TransposedAxis.all(call, kernel: kernel, input: Array(extents[2...]))
        let depth = axes[0]
        let full = (extents[2] - 1) * depth.stride + (kernel[0] - 1) * depth.dilation + 1
        let plane: [ProtoAttribute] = [
            .init("pads", axes[1...].map(\.before) + axes[1...].map(\.after)),
            .init("strides", axes[1...].map(\.stride)), .init("dilations", axes[1...].map(\.dilation)),
            .init("output_padding", axes[1...].map(\.added)),
            .init("group", call.integer("group", default: 1)),
        ]
        let slices = max(full + depth.added - depth.before - depth.after, 0)
        try volume(call, "ConvTranspose", weights, slices, plane) { slice in
            (0..<kernel[0]).compactMap { tap in
                let (place, rest) = (slice + depth.before - tap * depth.dilation).quotientAndRemainder(
                    dividingBy: depth.stride)
                return rest == 0 && place >= 0 && place < extents[2] ? (place, tap) : nil
            }
        }
    }

    /// The slices of the result, one after the other; `sources` gives the slices of the input that one depends on, and the slices of the
    /// weights they meet.
    private mutating func volume(
        _ call: Call, _ type: String, _ weights: Tensor, _ slices: Int, _ plane: [ProtoAttribute],
        sources: (Int) -> [(place: Int, tap: Int)]
    ) throws(ONNXProblem) {
        guard slices > 0, slices <= Translator.mostSlices else {
            throw call.unsupported(
                "its result has \(slices) slices; 1 to \(Translator.mostSlices) are written out")
        }
        try composed { (translator) throws(ONNXProblem) in
            var parts: [String] = []
            for slice in 0..<slices {
                let pairs = sources(slice)
                let input = try translator.slicesAsChannels(
                    pairs.isEmpty ? [0] : pairs.map(\.place), of: call)
                let own = try translator.sliceWeights(weights, pairs.map(\.tap), type, of: call)
                let image = try translator.step(
                    type, [input, own] + (call.input(2).map { [$0] } ?? []), of: call, attributes: plane)
                parts.append(
                    try translator.step("Unsqueeze", [image, translator.axes([2], of: call)], of: call))
            }
            _ = try translator.step(
                "Concat", parts, of: call, as: call.output, attributes: [.init("axis", 2)])
        }
    }

    /// Slices [N, C, D, H, W] of the input as an image [N, C · slices, H, W].
    private mutating func slicesAsChannels(_ places: [Int], of call: Call) throws(ONNXProblem) -> String {
        let extents = try shape(of: call.named(0), call)
        let picked = try step(
            "Gather", [call.named(0), axesTensor(places, "slices", of: call)], of: call,
            attributes: [.init("axis", 2)])
        let target = [extents[0], extents[1] * places.count, extents[3], extents[4]]
        return try step("Reshape", [picked, axesTensor(target, "image", of: call)], of: call)
    }

    /// The weights of these slices, whose channels lie side by side in the same order; the same name for the same slices.
    private mutating func sliceWeights(
        _ weights: Tensor, _ taps: [Int], _ type: String, of call: Call
    ) throws(ONNXProblem) -> String {
        let name = "\(call.named(1))/\(taps.map(String.init).joined(separator: "."))"
        if known[name] != nil { return name }
        let shape = weights.shape.dimensions, plane = shape[3] * shape[4]
        try reserveCopy(of: weights, call)
        take(name)
        guard !taps.isEmpty else {
            known[name] = .constant(
                Tensor(Shape([shape[0], shape[1], shape[3], shape[4]]), .repeated(0, .float32)))
            return name
        }
        let rows = weights.reshaped([shape[0], shape[1], shape[2], plane])
        guard let values = rows.floats else { throw call.fault("its weights are unknown") }
        // A convolution's inputs are the second axis of its weights, a transposed one's the first.
        let isTransposed = type == "ConvTranspose"
        var picked: [Float] = []
        for outer in 0..<shape[0] {
            for first in isTransposed ? Array(taps.indices) : [0] {
                for inner in 0..<shape[1] {
                    for tap in isTransposed ? [taps[first]] : taps {
                        let start = ((outer * shape[1] + inner) * shape[2] + tap) * plane
                        picked += values[start..<start + plane]
                    }
                }
            }
        }
        let extents =
            isTransposed ? [shape[0] * taps.count, shape[1]] : [shape[0], shape[1] * taps.count]
        known[name] = .constant(Tensor(Shape(extents + shape[3...]), picked))
        return name
    }
}
