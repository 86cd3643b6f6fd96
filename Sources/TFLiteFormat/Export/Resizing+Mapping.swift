import ModelGraph

/// TFLite's two switches for how output positions map to input positions.
struct ResizeMapping: Hashable {
    var alignsCorners = false
    var usesHalfPixels = false
}

extension ResizeMapping {
    /// What the switches mean, in the words of the graph.
    func resizing(to size: Extent, _ mode: Resizing.Mode) -> Resizing {
        Resizing(
            to: size, mode: mode,
            coordinates: alignsCorners
                ? .alignCornersStep : usesHalfPixels ? .halfPixelStep : .asymmetricStep,
            rounding: alignsCorners || usesHalfPixels ? .preferCeiling : .floor)
    }
}

extension Resizing {
    /// The switches that resample an image of this size as the graph says, or nil where none do.
    func mapping(from image: Extent) -> ResizeMapping? {
        let plain = ResizeMapping(), half = ResizeMapping(usesHalfPixels: true)
        let aligned = ResizeMapping(alignsCorners: true)
        let candidates =
            switch coordinates {
            case .halfPixel, .pytorchHalfPixel, .halfPixelStep, .halfPixelSymmetric: [half, plain, aligned]
            case .asymmetric, .asymmetricStep: [plain, half, aligned]
            case .alignCorners, .alignCornersStep: [aligned, half, plain]
            }
        return candidates.first { candidate in
            let other = candidate.resizing(to: size, mode)
            return agrees(other, image.height, size.height, scale: scaleHeight)
                && agrees(other, image.width, size.width, scale: scaleWidth)
        }
    }

    /// Compares the positions read for every output position along one axis.
    private func agrees(_ other: Resizing, _ from: Int, _ to: Int, scale: Float?) -> Bool {
        guard from > 0, to > 0, to <= 1 << 16 else { return false }
        switch mode {
        case .linear:
            let limit = Float(from - 1)
            return zip(
                positions(from: from, to: to, scale: scale), other.positions(from: from, to: to, scale: nil)
            ).allSatisfy { abs(min(max($0, 0), limit) - min(max($1, 0), limit)) < 1e-5 * max(limit, 1) }
        case .nearest:
            return nearestElements(from: from, to: to, scale: scale)
                == other.nearestElements(from: from, to: to, scale: nil)
        }
    }
}
