import Determinism
import Engine
import Kernels
import ModelGraph

/// Random layers, each as the network of that one layer in two forms that do the same work.
enum LayerStudy: String, CaseIterable {
    /// 3×3 convolutions with 64 channels and more: binary against int8.
    case binary = "binary_over_int8"
    /// 1×1 convolutions with nine of ten weights zero: zeros skipped against the dense kernel.
    case sparse = "sparse_over_dense"
    /// The same with a 2:4 pattern's half of the weights; the planner runs both alike where it finds that faster.
    case pattern = "two_of_four_over_dense"

    struct Layer {
        let name: String
        let baseline, candidate: Graph
    }

    func layer(seed: UInt64) throws -> Layer {
        var random = RandomStream(seed: seed, .proposal)
        let size = [4, 7, 8, 14, 16, 28, 32][random.index(below: 7)]
        switch self {
        case .binary:
            let inputs = 64 + 16 * random.index(below: 13), outputs = 64 + 16 * random.index(below: 13)
            let shape: Shape = [outputs, 3, 3, inputs]
            let edge = EdgePadding(top: 1, bottom: 1, left: 1, right: 1)
            let convolution = Convolution(kernel: 3, padding: edge)
            let weights = random.numbers(shape.elementCount)
            return Layer(
                name: "\(size)x\(size) \(inputs)->\(outputs)",
                baseline: try integerLayer(size, shape, convolution, weights),
                candidate: try binaryLayer(size, shape, convolution, weights))
        case .sparse, .pattern:
            let inputs = 16 + 8 * random.index(below: 31), outputs = 16 + 8 * random.index(below: 31)
            let dense = random.numbers(outputs * inputs)
            let thinned = dense.enumerated().map { index, weight -> Float in
                self == .sparse ? (random.index(below: 10) == 0 ? weight : 0) : (index % 4 < 2 ? weight : 0)
            }
            return Layer(
                name: "\(size)x\(size) \(inputs)->\(outputs)",
                baseline: try pointwiseLayer(size, inputs, outputs, dense),
                candidate: try pointwiseLayer(size, inputs, outputs, thinned))
        }
    }

    private func pointwiseLayer(_ size: Int, _ inputs: Int, _ outputs: Int, _ weights: [Float]) throws
        -> Graph
    {
        var builder = GraphBuilder(name: rawValue)
        let x = builder.input("x", ValueType([1, size, size, inputs]))
        let w = builder.constant("w", Tensor([outputs, 1, 1, inputs], weights))
        let y = try builder.apply(.convolution(Convolution(kernel: 1)), to: [x, w])
        return builder.graph(outputs: [y])
    }

    /// int8 in, int8 out.
    private func integerLayer(_ size: Int, _ shape: Shape, _ convolution: Convolution, _ weights: [Float])
        throws -> Graph
    {
        var builder = GraphBuilder(name: rawValue)
        let scale = Quantization(scale: 1 / 64)
        let x = builder.input("x", ValueType([1, size, size, shape[3]], .int8, quantization: scale))
        let w = builder.constant(
            "w", Tensor(shape, .int8(weights.map { Int8($0 * 127) })),
            quantization: Quantization(scales: [Float](repeating: 1 / 127, count: shape[0]), axis: 0))
        let y = try builder.apply(.convolution(convolution), to: [x, w], quantization: scale)
        return builder.graph(outputs: [y])
    }

    /// float32 in, float32 out, as binary layers are: taking the signs of activations counts.
    private func binaryLayer(_ size: Int, _ shape: Shape, _ convolution: Convolution, _ weights: [Float])
        throws -> Graph
    {
        var builder = GraphBuilder(name: rawValue)
        let x = builder.input("x", ValueType([1, size, size, shape[3]]))
        let signs = try builder.apply(.cast(.binary), to: [x])
        let w = builder.constant(
            "w", Tensor(shape, .binary(Tensor.packed(weights, rowLength: shape[3]))),
            quantization: Quantization(scales: [Float](repeating: 0.5, count: shape[0]), axis: 0))
        let y = try builder.apply(.convolution(convolution), to: [signs, w], dataType: .float32)
        return builder.graph(outputs: [y])
    }

    func measure(seeds: Range<UInt64>, kernels: KernelSet) throws {
        var speedups: [Double] = []
        for seed in seeds {
            let layer = try layer(seed: seed)
            let times = Interleaved(
                [try Plan(layer.baseline, kernels: kernels), try Plan(layer.candidate, kernels: kernels)],
                copying: false)
            speedups.append(times.speedups[1])
            print(
                "\(rawValue),\(layer.name),\(times.microseconds[0].rounded(to: 10)),",
                "\(times.microseconds[1].rounded(to: 10)),\(times.speedups[1].rounded(to: 100))",
                separator: "")
        }
        print("\(rawValue),median,,,\(speedups.median.rounded(to: 100))")
    }
}

extension RandomStream {
    /// Numbers in [−1, 1).
    mutating func numbers(_ count: Int) -> [Float] { (0..<count).map { _ in 2 * uniform() - 1 } }
}

extension Double {
    /// Rounded to a fraction of 1 / steps.
    func rounded(to steps: Double) -> Double { (self * steps).rounded() / steps }
}
