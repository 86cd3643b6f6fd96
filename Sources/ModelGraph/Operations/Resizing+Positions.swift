/// Where resampling reads: the positions along an input axis, in float32 and in the order of operations of the runtime that
/// the coordinates come from, so that positions that fall between two elements are rounded as that runtime rounds them.
extension Resizing {
    /// The position along the input of every output position.
    ///
    /// - Parameters:
    ///   - input: Extent of the input axis.
    ///   - output: Extent of the output axis.
    ///   - scale: Output over input size as the model states it; nil for the ratio of the sizes.
    public func positions(from input: Int, to output: Int, scale: Float?) -> [Float] {
        let ratio = scale.flatMap { $0.isFinite && $0 > 0 ? $0 : nil } ?? Float(output) / Float(input)
        let step = Float(input) / Float(output)
        return (0..<output).map { index in
            let position = Float(index)
            switch coordinates {
            case .halfPixel: return (position + 0.5) / ratio - 0.5
            case .halfPixelSymmetric:
                // The middle of the result reads the middle of the input, whatever was cut off the scaled extent.
                let cut = 1 - Float(output) / (ratio * Float(input))
                return Float(input) / 2 * cut + (position + 0.5) / ratio - 0.5
            case .pytorchHalfPixel: return output > 1 ? (position + 0.5) / ratio - 0.5 : 0
            case .asymmetric: return position / ratio
            case .alignCorners: return output > 1 ? position * Float(input - 1) / Float(output - 1) : 0
            case .halfPixelStep: return (position + 0.5) * step - 0.5
            case .asymmetricStep: return position * step
            case .alignCornersStep:
                return output > 1 ? position * (Float(input - 1) / Float(output - 1)) : 0
            }
        }
    }

    /// The element that `nearest` resampling reads for every output position; arguments as for `positions`.
    public func nearestElements(from input: Int, to output: Int, scale: Float?) -> [Int] {
        positions(from: input, to: output, scale: scale).map { position in
            Int(min(max(rounded(position), 0), Float(input - 1)))
        }
    }

    private func rounded(_ position: Float) -> Float {
        switch rounding {
        case .floor: return position.rounded(.down)
        case .ceiling: return position.rounded(.up)
        case .preferFloor:
            let whole = position.rounded(.towardZero)
            return position == whole + 0.5 ? whole : position.rounded(.toNearestOrAwayFromZero)
        case .preferCeiling:
            // TFLite adds half a step before it multiplies, so that nothing is rounded twice.
            return coordinates == .halfPixelStep
                ? (position + 0.5).rounded(.down) : position.rounded(.toNearestOrAwayFromZero)
        }
    }
}
