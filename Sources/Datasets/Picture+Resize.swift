extension Picture {
    /// The picture in another size.
    func resized(to target: PictureSize, fit: PictureOptions.Fit) -> Picture {
        switch fit {
        case .stretch:
            return resized(to: target, rows: 0..<Double(size.height), columns: 0..<Double(size.width))
        case .crop:
            let (rows, columns) = middle(ratio: Double(target.width) / Double(target.height))
            return resized(to: target, rows: rows, columns: columns)
        case .pad: return padded(to: target)
        }
    }

    /// The largest part around the middle whose width over height is `ratio`.
    private func middle(ratio: Double) -> (Range<Double>, Range<Double>) {
        let (height, width) = (Double(size.height), Double(size.width))
        let partWidth = min(width, height * ratio)
        let partHeight = min(height, width / ratio)
        let (top, left) = ((height - partHeight) / 2, (width - partWidth) / 2)
        return (top..<top + partHeight, left..<left + partWidth)
    }

    private func padded(to target: PictureSize) -> Picture {
        let scale = min(
            Double(target.height) / Double(size.height), Double(target.width) / Double(size.width))
        let inner = PictureSize(
            height: min(max(Int((Double(size.height) * scale).rounded()), 1), target.height),
            width: min(max(Int((Double(size.width) * scale).rounded()), 1), target.width))
        let small = resized(to: inner, rows: 0..<Double(size.height), columns: 0..<Double(size.width))
        var pixels = [UInt8](repeating: 0, count: target.height * target.width * channels)
        let top = Picture.half(target.height - inner.height)
        let left = Picture.half(target.width - inner.width)
        for row in 0..<inner.height {
            let from = row * inner.width * channels
            let to = ((top + row) * target.width + left) * channels
            pixels.replaceSubrange(
                to..<to + inner.width * channels, with: small.pixels[from..<from + inner.width * channels])
        }
        return Picture(size: target, channels: channels, pixels: pixels)
    }

    /// Half of a number, rounded to the even neighbour.
    private static func half(_ number: Int) -> Int {
        Int((Double(number) / 2).rounded(.toNearestOrEven))
    }

    /// Columns first, then rows, each rounded to bytes.
    private func resized(to target: PictureSize, rows: Range<Double>, columns: Range<Double>) -> Picture {
        let horizontal = ResizeWeights(from: size.width, part: columns, to: target.width)
        let vertical = ResizeWeights(from: size.height, part: rows, to: target.height)
        var wide = [UInt8](repeating: 0, count: size.height * target.width * channels)
        if horizontal.isIdentity {
            wide = pixels
        } else {
            for row in 0..<size.height {
                horizontal.apply(
                    pixels, from: row * size.width * channels, step: channels, &wide,
                    to: row * target.width * channels, step: channels, count: channels)
            }
        }
        guard !vertical.isIdentity else { return Picture(size: target, channels: channels, pixels: wide) }
        var result = [UInt8](repeating: 0, count: target.height * target.width * channels)
        let line = target.width * channels
        vertical.apply(wide, from: 0, step: line, &result, to: 0, step: line, count: line)
        return Picture(size: target, channels: channels, pixels: result)
    }
}

/// For each target pixel of an axis the source pixels that it is made of: a triangle as wide as two source pixels, or two
/// target pixels where the picture shrinks, in fixed point of 22 bits (as Pillow's bilinear filter).
private struct ResizeWeights {
    private let firsts: [Int]
    private let weights: [[Int32]]
    let isIdentity: Bool

    init(from count: Int, part: Range<Double>, to target: Int) {
        let scale = (part.upperBound - part.lowerBound) / Double(target)
        let support = max(scale, 1)
        isIdentity = count == target && part.lowerBound == 0 && part.upperBound == Double(count)
        var (firsts, weights): ([Int], [[Int32]]) = ([], [])
        for place in 0..<target {
            let centre = part.lowerBound + (Double(place) + 0.5) * scale
            let first = max(Int(centre - support + 0.5), 0)
            let end = min(Int(centre + support + 0.5), count)
            let triangle = (first..<max(end, first + 1)).map { source in
                max(0, 1 - ((Double(source) - centre + 0.5) / support).magnitude)
            }
            let sum = triangle.reduce(0, +)
            firsts.append(min(first, count - 1))
            weights.append(triangle.map { Int32(($0 / (sum > 0 ? sum : 1) * 4_194_304).rounded()) })
        }
        (self.firsts, self.weights) = (firsts, weights)
    }

    /// `count` neighbouring values at each place of the axis; places are `step` apart.
    func apply(
        _ source: [UInt8], from: Int, step sourceStep: Int, _ target: inout [UInt8], to: Int, step: Int,
        count: Int
    ) {
        let input = source.span
        var output = target.mutableSpan
        var sums = [Int32](repeating: 0, count: count)
        for place in firsts.indices {
            for i in 0..<count { sums[i] = 1 << 21 }
            for (offset, weight) in weights[place].enumerated() {
                let start = from + (firsts[place] + offset) * sourceStep
                for i in 0..<count { sums[i] &+= Int32(input[start + i]) &* weight }
            }
            for i in 0..<count { output[to + place * step + i] = UInt8(max(0, min(255, sums[i] >> 22))) }
        }
    }
}
