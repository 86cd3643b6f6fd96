/// Walks two arrays as NumPy broadcasts them to a common shape.
struct Broadcast {
    private let extents, stridesA, stridesB: [Int]

    init(_ a: [Int], _ b: [Int], into shape: [Int]) {
        extents = shape
        stridesA = Broadcast.strides(of: a, in: shape)
        stridesB = Broadcast.strides(of: b, in: shape)
    }

    /// Row-major distances of `shape`, zero along the axes it is repeated over.
    static func strides(of shape: [Int], in target: [Int]) -> [Int] {
        var strides = [Int](repeating: 0, count: target.count)
        var stride = 1
        for offset in 1...max(shape.count, 1) where offset <= shape.count {
            let extent = shape[shape.count - offset]
            if extent != 1 { strides[target.count - offset] = stride }
            stride *= extent
        }
        return strides
    }

    /// Calls `body` with the positions in a, b and the result, in the result's row-major order.
    @inline(__always)
    func forEach(_ body: (Int, Int, Int) -> Void) {
        guard let inner = extents.last else { return body(0, 0, 0) }
        let rows = extents.dropLast().reduce(1, *)
        let (stepA, stepB) = (stridesA[extents.count - 1], stridesB[extents.count - 1])
        for row in 0..<rows {
            var (i, j, rest) = (0, 0, row)
            for axis in stride(from: extents.count - 2, through: 0, by: -1) {
                let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: extents[axis])
                i += remainder * stridesA[axis]
                j += remainder * stridesB[axis]
                rest = quotient
            }
            for column in 0..<inner { body(i + column * stepA, j + column * stepB, row * inner + column) }
        }
    }
}
