import CKernels

/// How a depthwise layer runs where one instruction multiplies four rows of a channel.
///
/// A pass covers `groups` groups of four input rows. The rows that a kernel leaves of them serve further output rows: two
/// for a kernel three high, four for one five high.
struct RowQuads {
    let shape: WindowShape
    /// Groups of four input rows under a pass.
    let groups: Int
    /// Output rows a pass.
    let passRows: Int
    /// Vectors of 64 channels until weights repeat (or end).
    let vectors: Int
    /// Whether channels begin again in the middle of a vector.
    private let wraps: Bool

    init(_ shape: WindowShape) {
        self.shape = shape
        let channels = shape.outputChannels
        groups = (shape.kernelHeight + 3) / 4
        passRows =
            (shape.strideY, shape.dilationY) == (1, 1) ? 4 * groups - shape.kernelHeight + 1 : 1
        let picksPixels = shape.strideX == 2 && channels >= 8 && 64 % channels == 0
        wraps = shape.strideX == 1 || picksPixels
        var (a, b) = (channels, 64)
        while b != 0 { (a, b) = (b, a % b) }
        vectors = shape.strideX == 1 ? channels / a : picksPixels ? 1 : (channels + 63) / 64
    }

    /// Input rows kept for a pass, rounded up to a power of two.
    var ringRows: Int {
        let rows = passRows > 1 ? 4 * groups : (shape.kernelHeight - 1) * shape.dilationY + 1
        return 1 << (Int.bitWidth - (rows - 1).leadingZeroBitCount)
    }

    /// A place of a vector, after rows were interleaved, and its channel.
    private struct Lane {
        let vector, place, channel: Int
    }

    /// The places that have a channel.
    private var lanes: [Lane] {
        (0..<vectors).flatMap { vector in
            (0..<64).compactMap { place in
                channel(vector, place).map { Lane(vector: vector, place: interleaved(place), channel: $0) }
            }
        }
    }

    /// The channel at each place of a vector; none beyond the last.
    private func channel(_ vector: Int, _ place: Int) -> Int? {
        let channel = 64 * vector + place
        return wraps ? channel % shape.outputChannels : channel < shape.outputChannels ? channel : nil
    }

    /// Where a place lies after four rows were interleaved: channel 16 l + 4 m + e is the (4 l + e)-th of quarter m.
    private func interleaved(_ place: Int) -> Int { place / 4 % 4 * 16 + place / 16 * 4 + place % 4 }

    /// [channels, kernelHeight, kernelWidth] as [vector][group][kernel column][output row][quarter][channel][row].
    func packed(_ weights: [Int8]) -> [Int8] {
        var packed = [Int8](repeating: 0, count: vectors * groups * shape.kernelWidth * passRows * 256)
        for lane in lanes {
            for y in 0..<shape.kernelHeight {
                for row in 0..<passRows { pack(weights, row: y, of: lane, for: row, into: &packed) }
            }
        }
        return packed
    }

    /// Packs a row of a channel's kernel where it meets an output row of the pass.
    private func pack(_ weights: [Int8], row y: Int, of lane: Lane, for row: Int, into packed: inout [Int8]) {
        let (height, width) = (shape.kernelHeight, shape.kernelWidth)
        let (group, slot) = (y + row).quotientAndRemainder(dividingBy: 4)
        for x in 0..<width {
            let block = ((lane.vector * groups + group) * width + x) * passRows + row
            packed[block * 256 + lane.place * 4 + slot] = weights[(lane.channel * height + y) * width + x]
        }
    }

    /// One number a channel in the order of the sums.
    func ordered<Element: AdditiveArithmetic>(_ values: [Element]) -> [Element] {
        var ordered = [Element](repeating: .zero, count: vectors * 64)
        for lane in lanes { ordered[lane.vector * 64 + lane.place] = values[lane.channel] }
        return ordered
    }
}

extension sk_depthwise {
    mutating func apply(_ quads: RowQuads) {
        pass_rows = Int32(quads.passRows)
        row_groups = Int32(quads.groups)
        weight_vectors = Int32(quads.vectors)
        ring_rows = Int32(clamping: quads.ringRows)
        ring_size = Int64(quads.ringRows * quads.shape.ringStride)
    }
}
