extension Quantization {
    /// Scale and zero point for which int8 covers a range of real numbers, widened to contain 0 exactly.
    ///
    /// The range [0, 0] gives scale 1. Nil where the range is not finite, or too wide for a float32 scale.
    public init?(covering range: ClosedRange<Float>) {
        let (lower, upper) = (Swift.min(range.lowerBound, 0), Swift.max(range.upperBound, 0))
        guard lower.isFinite, upper.isFinite, (upper - lower).isFinite else { return nil }
        // Below this a scale, or the product of two, would lose precision as a subnormal number.
        let scale = Swift.max((upper - lower) / 255, 0x1p-60)
        if lower == upper {
            self.init(scale: 1)
        } else {
            let zeroPoint = (-128 - lower / scale).rounded(.toNearestOrEven)
            self.init(scale: scale, zeroPoint: Int32(Swift.min(Swift.max(zeroPoint, -128), 127)))
        }
    }

    /// The scale of values whose range is not known yet, as in graphs without weights.
    public static let uncalibrated = Quantization(scale: 1)

    /// [0, 1) in steps of 1/256: the int8 result of softmax and sigmoid.
    public static let unitInterval = Quantization(scale: 1 / 256, zeroPoint: -128)

    /// The real numbers that int8 can stand for under this quantisation.
    var int8Range: ClosedRange<Float> {
        let (low, high) = (scale * Float(-128 - zeroPoint), scale * Float(127 - zeroPoint))
        return low...high
    }
}

extension Float {
    /// The nearest int8 under a scale, ties to even, saturating; NaN becomes the zero point.
    public func quantized(scale: Float, zeroPoint: Int32 = 0, lowest: Float = -128) -> Int8 {
        let steps = (self / scale).rounded(.toNearestOrEven) + Float(zeroPoint)
        guard !steps.isNaN else { return Int8(clamping: zeroPoint) }
        return Int8(Swift.min(Swift.max(steps, lowest), 127))
    }
}
