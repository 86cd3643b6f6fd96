/// Weights and bias of a convolution or dense layer as integers.
struct QuantizedWeights {
    let weights: Tensor
    let bias: Tensor
    /// One for each output channel along axis 0, or a single one for the tensor.
    let scales: Quantization
    let biasScales: Quantization

    /// Symmetric int8 weights in [−127, 127] and an int32 bias at scale inputScale · weightScale.
    ///
    /// A channel's scale is at least so large that its bias keeps within ±2³⁰; an empty channel gets scale 1. Unknown
    /// weights give the same types with scale 1.
    /// - Throws: where a weight or bias is not finite.
    init(
        weights: Tensor, bias: Tensor?, inputScale: Float, inputMeans: LayerInputMeans? = nil,
        scales kind: WeightScales, layer: String
    ) throws(GraphError) {
        let channels = weights.shape[0]
        guard let values = weights.floats,
            let biases = bias.map(\.floats) ?? [Float](repeating: 0, count: channels)
        else {
            self.init(unknown: weights.shape, scales: kind)
            return
        }
        guard values.allSatisfy(\.isFinite), biases.allSatisfy(\.isFinite) else {
            throw .invalid(
                node: layer, detail: "a weight or bias is not a finite number, so it has no int8 form")
        }
        let scales = Self.scales(values, biases, inputScale: inputScale, kind)
        guard scales.allSatisfy({ $0.isFinite && ($0 * inputScale).isNormal }) else {
            throw .invalid(node: layer, detail: "its weights have no int8 form at input scale \(inputScale)")
        }
        let length = channels == 0 ? 0 : values.count / channels
        let integers = values.indices.map { values[$0].quantized(scale: scales[$0 / length], lowest: -127) }
        let corrected = biases.indices.map { channel -> Float in
            guard let inputMeans, length > 0 else { return biases[channel] }
            let row = channel * length..<(channel + 1) * length
            let errors = row.map { Float(integers[$0]) * scales[channel] - values[$0] }
            return biases[channel] - inputMeans.product(with: errors, channel: channel, of: channels)
        }
        let sums = zip(corrected, scales).map { bias, scale in
            Int32(clamping: Int64((bias / (inputScale * scale)).rounded(.toNearestOrEven)))
        }
        self.init(
            weights: Tensor(weights.shape, .int8(integers)), bias: Tensor([channels], .int32(sums)),
            scales: Self.quantization(scales, kind),
            biasScales: Self.quantization(scales.map { $0 * inputScale }, kind))
    }

    private init(unknown shape: Shape, scales kind: WeightScales) {
        let scales = Self.quantization([Float](repeating: 1, count: shape[0]), kind)
        self.init(
            weights: .unknown(shape, .int8), bias: .unknown([shape[0]], .int32), scales: scales,
            biasScales: scales)
    }

    private init(weights: Tensor, bias: Tensor, scales: Quantization, biasScales: Quantization) {
        self.weights = weights
        self.bias = bias
        self.scales = scales
        self.biasScales = biasScales
    }

    /// The scales of all channels, or the one that they share.
    private static func quantization(_ scales: [Float], _ kind: WeightScales) -> Quantization {
        switch kind {
        case .perChannel: Quantization(scales: scales.isEmpty ? [1] : scales, axis: 0)
        case .perTensor: Quantization(scale: scales.first ?? 1)
        }
    }

    /// A scale for each output channel, large enough for its weights (127 steps) and its bias (2³⁰ steps); all equal where
    /// the tensor has one.
    private static func scales(
        _ weights: [Float], _ biases: [Float], inputScale: Float, _ kind: WeightScales
    ) -> [Float] {
        guard !biases.isEmpty else { return [] }
        let length = weights.count / biases.count
        let largest = biases.indices.map { channel in
            weights[channel * length..<(channel + 1) * length].reduce(0) { max($0, abs($1)) }
        }
        let scales = zip(largest, biases).map { max(scale(largest: $0), abs($1) / (inputScale * 0x1p30)) }
        guard kind == .perTensor else { return scales }
        let common = max(
            scale(largest: largest.max() ?? 0), (biases.map(abs).max() ?? 0) / (inputScale * 0x1p30))
        return [Float](repeating: common, count: biases.count)
    }

    /// 127 steps up to the largest weight; 1 for an empty channel.
    private static func scale(largest: Float) -> Float {
        largest == 0 ? 1 : max(largest / 127, 0x1p-60)
    }
}

/// The mean of each channel that a layer reads.
struct LayerInputMeans {
    let channels: [Float]
    /// Groups of the convolution; its weights along the last axis meet the channels of one group.
    let groups: Int

    /// Σ mean · row for one output channel's row of weights; 0 where the means do not fit.
    func product(with row: [Float], channel: Int, of outputs: Int) -> Float {
        let width = channels.count / max(groups, 1)
        guard width > 0, row.count % width == 0, channels.allSatisfy(\.isFinite) else { return 0 }
        let first = channel / max(outputs / groups, 1) * width
        return row.indices.reduce(0) { $0 + row[$1] * channels[first + $1 % width] }
    }
}

extension Tensor {
    /// Floating-point elements rounded to sixteen bits, ties to even; values beyond float16 saturate.
    func narrowed(to dataType: DataType) -> Tensor {
        switch storage {
        case .float32(let values):
            switch dataType {
            case .float16:
                let limit = Float(Float16.greatestFiniteMagnitude)
                return Tensor(
                    shape, .float16(values.map { Float16($0.isFinite ? min(max($0, -limit), limit) : $0) }))
            case .bfloat16: return Tensor(shape, .bfloat16(values.map(\.bfloat16Bits)))
            case .float32, .int8, .uint8, .int16, .int32, .int64, .bool, .binary: return self
            }
        case .repeated(let value, .float32): return Tensor(shape, .repeated(value, dataType))
        case .unknown(.float32): return .unknown(shape, dataType)
        case .float16, .bfloat16, .int8, .uint8, .int16, .int32, .int64, .bool, .binary, .repeated, .unknown:
            return self
        }
    }
}

extension Float {
    /// The upper sixteen bits, rounded to nearest, ties to even; NaN stays NaN.
    public var bfloat16Bits: UInt16 {
        guard !isNaN else { return 0x7FC0 }
        let bits = bitPattern
        return UInt16(truncatingIfNeeded: (bits &+ 0x7FFF &+ (bits >> 16 & 1)) >> 16)
    }
}

/// Binary weights (±1) of a layer, and the mean magnitude of each output channel as its scale (Rastegari et al., XNOR-Net, 2016).
struct BinaryWeights {
    let values: Tensor
    let scales: Quantization

    init(_ weights: Tensor) {
        let channels = weights.shape[0]
        guard let values = weights.floats else {
            self.values = .unknown(weights.shape, .binary)
            scales = Quantization(scales: [Float](repeating: 1, count: max(channels, 1)), axis: 0)
            return
        }
        let length = channels == 0 ? 0 : values.count / channels
        let means = (0..<channels).map { channel -> Float in
            let sum = values[channel * length..<(channel + 1) * length].reduce(Float(0)) { $0 + abs($1) }
            let mean = sum / Float(max(length, 1))
            // An empty channel must stay near zero, but a scale is positive.
            return mean.isFinite && mean > 0x1p-60 ? mean : 0x1p-60
        }
        self.values = Tensor(
            weights.shape, .binary(Tensor.packed(values, rowLength: weights.shape.dimensions.last ?? 0)))
        scales = Quantization(scales: means.isEmpty ? [1] : means, axis: 0)
    }
}
