import Devices
import Foundation
import ModelGraph

/// A network in ncnn's text format, as the work of its kernels.
///
/// Each line names a layer's type, its name, how many blobs it reads and writes, their names, and `key=value` pairs whose
/// meaning depends on the type; key −23330 lists the shapes of the blobs written as `rank, width, height, channels`.
struct NCNNGraph {
    private(set) var workloads: [Workload] = []
    private let dataType: DataType
    private var shapes: [String: Blob] = [:]

    struct Blob {
        var width = 1, height = 1, channels = 1
        var count: Int { width * height * channels }
    }

    /// - Parameter isInt8: whether convolutions and dense layers compute in int8.
    init(contentsOf path: String, isInt8: Bool) throws {
        dataType = isInt8 ? .int8 : .float32
        let text = try String(contentsOfFile: path, encoding: .utf8)
        for line in text.split(separator: "\n").dropFirst(2) {
            guard let layer = NCNNLayer(line) else { continue }
            let inputs = layer.inputs.map { shapes[$0] ?? Blob() }
            let outputs = layer.outputShapes ?? inferred(layer, inputs)
            for (name, shape) in zip(layer.outputs, outputs) { shapes[name] = shape }
            if let work = workload(layer, inputs, outputs) { workloads.append(work) }
        }
    }

    /// The shapes that a layer writes where the file does not list them.
    private func inferred(_ layer: NCNNLayer, _ inputs: [Blob]) -> [Blob] {
        var shape = inputs.first ?? Blob()
        switch layer.type {
        case "Input":
            let side = layer.name == "in0" ? 352 : 384
            shape = Blob(
                width: layer[0] ?? side, height: layer[1] ?? side, channels: layer[2] ?? 3)
        case "MemoryData": shape = Blob(width: layer[0] ?? 1, height: layer[1] ?? 1, channels: layer[2] ?? 1)
        case "Convolution", "ConvolutionDepthWise":
            let (kernel, stride, edge) = (layer[1] ?? 1, layer[3] ?? 1, layer[4] ?? 0)
            func extent(_ size: Int, _ kernel: Int) -> Int {
                edge < 0 ? (size + stride - 1) / stride : max((size + 2 * edge - kernel) / stride + 1, 1)
            }
            shape = Blob(
                width: extent(shape.width, kernel), height: extent(shape.height, layer[11] ?? kernel),
                channels: layer[0] ?? 1)
        case "Pooling":
            if layer[4] == 1 {
                shape = Blob(channels: shape.channels)
            } else {
                let (kernel, stride, edge) = (layer[1] ?? 1, layer[2] ?? 1, layer[3] ?? 0)
                shape.width = max((shape.width + 2 * edge - kernel) / stride + 1, 1)
                shape.height = max((shape.height + 2 * edge - kernel) / stride + 1, 1)
            }
        case "InnerProduct": shape = Blob(width: layer[0] ?? 1)
        case "Gemm": shape.width = layer[8] ?? shape.width
        case "Concat":
            if shape.channels > 1 {
                shape.channels = inputs.reduce(0) { $0 + $1.channels }
            } else if shape.height > 1 || inputs.contains(where: { $0.height > 1 }) {
                shape.height = inputs.reduce(0) { $0 + $1.height }
            } else {
                shape.width = inputs.reduce(0) { $0 + $1.width }
            }
        case "Padding":
            shape.width += (layer[2] ?? 0) + (layer[3] ?? 0)
            shape.height += (layer[0] ?? 0) + (layer[1] ?? 0)
        case "Interp":
            shape = Blob(
                width: Int(Double(shape.width) * (layer.number(2) ?? 1)),
                height: Int(Double(shape.height) * (layer.number(1) ?? 1)), channels: shape.channels)
        case "Reshape": shape = reshaped(shape, layer)
        case "Permute" where layer[0] == 1: swap(&shape.width, &shape.height)
        case "Crop": shape = Blob(width: shape.width)
        case "Slice" where shape.channels > 1: shape.channels /= layer.outputs.count
        default: break
        }
        return layer.outputs.map { _ in shape }
    }

    /// 0 keeps an extent, −1 stands for what is left.
    private func reshaped(_ shape: Blob, _ layer: NCNNLayer) -> Blob {
        var extents = [(0, shape.width), (1, shape.height), (2, shape.channels)].map { key, old in
            layer[key] == 0 ? old : layer[key] ?? 1
        }
        if let open = extents.firstIndex(of: -1) {
            extents[open] = shape.count / max(abs(extents.reduce(1, *)), 1)
        }
        return Blob(width: extents[0], height: extents[1], channels: extents[2])
    }

    /// What a layer has to do; nil for those that only name or reinterpret blobs.
    private func workload(_ layer: NCNNLayer, _ inputs: [Blob], _ outputs: [Blob]) -> Workload? {
        guard let family = layer.family(inputs, outputs) else { return nil }
        let input = inputs.first ?? Blob(), output = outputs.first ?? Blob()
        let (weights, macs) = layer.weightsAndMacs(input, output)
        let (read, written) = (sum(inputs), sum(outputs))
        var taps = 1
        switch family {
        case .convolution, .pointwise, .depthwise, .grouped:
            taps = (layer[1] ?? 1) * (layer[11] ?? layer[1] ?? 1)
        case .pooling:
            taps = layer[4] == 1 ? input.count / max(output.count, 1) : (layer[1] ?? 1) * (layer[1] ?? 1)
        case .dense, .elementwise, .movement, .other: break
        }
        return Workload(
            family: family, operation: layer.type, macs: macs,
            work: macs > 0 ? macs : max(output.count * (family == .pooling ? taps : 1), read),
            output: (
                output.height, output.width, output.channels > 1 ? output.channels : output.width
            ),
            inputChannels: input.channels, kernelTaps: taps, groups: layer.groups, stride: layer[3] ?? 1,
            dataType: weights > 0 ? dataType : .float32, weightElements: weights, inputElements: read,
            outputElements: written)
    }

    private func sum(_ blobs: [Blob]) -> Int { blobs.reduce(0) { $0 + $1.count } }
}

/// One line of the file.
private struct NCNNLayer {
    let type, name: String
    let inputs, outputs: [String]
    private let values: [Int: String]

    /// Nil for an empty line.
    init?(_ line: Substring) {
        let words = line.split(separator: " ").map(String.init)
        guard words.count >= 4, let reads = Int(words[2]), let writes = Int(words[3]),
            words.count >= 4 + reads + writes
        else { return nil }
        (type, name) = (words[0], words[1])
        inputs = Array(words[4..<4 + reads])
        outputs = Array(words[(4 + reads)..<(4 + reads + writes)])
        var values: [Int: String] = [:]
        for word in words[(4 + reads + writes)...] {
            let pair = word.split(separator: "=", maxSplits: 1)
            if pair.count == 2, let key = Int(pair[0]) { values[key] = String(pair[1]) }
        }
        self.values = values
    }

    subscript(key: Int) -> Int? { values[key].flatMap { Int($0) } }

    func number(_ key: Int) -> Double? { values[key].flatMap { Double($0) } }

    var groups: Int { type == "ConvolutionDepthWise" || type == "DeconvolutionDepthWise" ? self[7] ?? 1 : 1 }

    var outputShapes: [NCNNGraph.Blob]? {
        guard let numbers = values[-23330]?.split(separator: ",").compactMap({ Int($0) }).dropFirst(),
            numbers.count == 4 * outputs.count
        else { return nil }
        let list = Array(numbers)
        return outputs.indices.map {
            NCNNGraph.Blob(width: list[4 * $0 + 1], height: list[4 * $0 + 2], channels: list[4 * $0 + 3])
        }
    }

    /// The kind of work; nil where nothing runs.
    func family(_ inputs: [NCNNGraph.Blob], _ outputs: [NCNNGraph.Blob]) -> WorkFamily? {
        switch type {
        case "Input", "Split", "MemoryData", "Noop", "Flatten", "Reshape", "Dropout": nil
        case "Convolution": (self[1] ?? 1) * (self[11] ?? self[1] ?? 1) == 1 ? .pointwise : .convolution
        case "ConvolutionDepthWise": groups == outputs.first?.channels ? .depthwise : .grouped
        case "DeconvolutionDepthWise": .depthwise
        case "InnerProduct", "Gemm", "MultiHeadAttention": .dense
        case "Pooling": .pooling
        case "Eltwise", "BinaryOp", "ReLU", "Swish", "HardSwish", "HardSigmoid", "Sigmoid", "GELU",
            "BatchNorm":
            .elementwise
        case "Concat", "ShuffleChannel", "Permute", "Slice", "Crop", "Padding": .movement
        default: .other
        }
    }

    /// Elements of weights, and multiply-accumulates.
    func weightsAndMacs(_ input: NCNNGraph.Blob, _ output: NCNNGraph.Blob) -> (Int, Int) {
        switch type {
        case "Convolution", "ConvolutionDepthWise":
            return (self[6] ?? 0, (self[6] ?? 0) * output.width * output.height)
        case "DeconvolutionDepthWise": return (self[6] ?? 0, (self[6] ?? 0) * input.width * input.height)
        case "InnerProduct": return (self[2] ?? 0, self[2] ?? 0)
        case "Gemm":
            let weights = (self[8] ?? 0) * (self[9] ?? 0)
            return (weights, weights * input.height)
        case "MultiHeadAttention":
            let (width, tokens) = (self[0] ?? 0, input.height)
            return (4 * width * width, 4 * width * width * tokens + 2 * tokens * tokens * width)
        default: return (0, 0)
        }
    }
}
