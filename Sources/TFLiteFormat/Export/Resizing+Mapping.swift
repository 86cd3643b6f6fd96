import ModelGraph

/// TFLite's two switches for how output positions map to input positions.
struct ResizeMapping: Hashable {
    var alignsCorners = false
    var usesHalfPixels = false
}

extension Resizing {
    /// The switches that resample an image of this size as the graph says, or nil where none do.
    func mapping(from size: Extent) -> ResizeMapping? {
        let plain = ResizeMapping(), half = ResizeMapping(usesHalfPixels: true)
        let aligned = ResizeMapping(alignsCorners: true)
        let candidates =
            switch coordinates {
            case .halfPixel, .pytorchHalfPixel: [half, plain, aligned]
            case .asymmetric: [plain, half, aligned]
            case .alignCorners: [aligned, half, plain]
            }
        return candidates.first { candidate in
            agrees(candidate, size.height, self.size.height, scale: scaleHeight)
                && agrees(candidate, size.width, self.size.width, scale: scaleWidth)
        }
    }

    /// Compares the positions read for every output position along one axis.
    private func agrees(_ mapping: ResizeMapping, _ from: Int, _ to: Int, scale: Float?) -> Bool {
        guard from > 0, to > 0, to <= 1 << 16 else { return false }
        return (0..<to).allSatisfy { position in
            let wanted = coordinate(position, from, to, scale: scale)
            let given = mapping.coordinate(position, from, to)
            switch mode {
            case .linear:
                let limit = Double(from - 1)
                return abs(min(max(wanted, 0), limit) - min(max(given, 0), limit)) < 1e-5
            case .nearest:
                let index = mapping.nearest(given)
                return min(max(rounded(wanted), 0), from - 1) == min(max(index, 0), from - 1)
            }
        }
    }

    /// ONNX's formulas.
    private func coordinate(_ position: Int, _ from: Int, _ to: Int, scale: Float?) -> Double {
        let ratio = scale.map { 1 / Double($0) } ?? Double(from) / Double(to)
        switch coordinates {
        case .halfPixel: return (Double(position) + 0.5) * ratio - 0.5
        case .pytorchHalfPixel: return to > 1 ? (Double(position) + 0.5) * ratio - 0.5 : 0
        case .asymmetric: return Double(position) * ratio
        case .alignCorners: return to > 1 ? Double(position) * Double(from - 1) / Double(to - 1) : 0
        }
    }

    private func rounded(_ coordinate: Double) -> Int {
        switch rounding {
        case .floor: Int(coordinate.rounded(.down))
        case .ceiling: Int(coordinate.rounded(.up))
        case .preferFloor: Int((coordinate - 0.5).rounded(.up))
        case .preferCeiling: Int((coordinate + 0.5).rounded(.down))
        }
    }
}

extension ResizeMapping {
    fileprivate func coordinate(_ position: Int, _ from: Int, _ to: Int) -> Double {
        if alignsCorners { return to > 1 ? Double(position) * Double(from - 1) / Double(to - 1) : 0 }
        let ratio = Double(from) / Double(to)
        return usesHalfPixels ? (Double(position) + 0.5) * ratio - 0.5 : Double(position) * ratio
    }

    /// The nearest kernel rounds half up with either switch on, and down with none.
    fileprivate func nearest(_ coordinate: Double) -> Int {
        Int((alignsCorners || usesHalfPixels ? coordinate + 0.5 : coordinate).rounded(.down))
    }
}
