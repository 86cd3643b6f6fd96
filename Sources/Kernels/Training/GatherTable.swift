import CKernels

/// Which input rows meet which taps of a kernel, tile by tile; see `TrainGather`.
final class GatherTable: Sendable {
    private let tiles: Int
    private let destination, first, tap, source: [Int32]

    /// For each output row its place and, tap by tap, the place of the input row it reads (−1 in the padding).
    ///
    /// Rows that read the same taps should follow each other: a tile skips the taps none of its rows reads.
    init(rows: [(destination: Int, sources: [Int])], taps: Int, tileRows: Int) {
        tiles = (rows.count + tileRows - 1) / tileRows
        var destination = [Int32](repeating: -1, count: tiles * tileRows)
        var first: [Int32] = [0]
        var tap: [Int32] = []
        var source: [Int32] = []
        for tile in 0..<tiles {
            let members = rows[tile * tileRows..<min((tile + 1) * tileRows, rows.count)]
            for (slot, row) in members.enumerated() {
                destination[tile * tileRows + slot] = Int32(row.destination)
            }
            for t in 0..<taps where members.contains(where: { $0.sources[t] >= 0 }) {
                tap.append(Int32(t))
                for row in members { source.append(Int32(row.sources[t])) }
                for _ in members.count..<tileRows { source.append(-1) }
            }
            first.append(Int32(tap.count))
        }
        self.destination = destination
        self.first = first
        self.tap = tap
        self.source = source
    }

    /// Rows of `depth` floats that follow each other, each giving one row of `width` floats.
    convenience init(count: Int, depth: Int, width: Int, tileRows: Int) {
        self.init(
            rows: (0..<count).map { (destination: $0 * width, sources: [$0 * depth]) }, taps: 1,
            tileRows: tileRows)
    }

    func withTable(_ body: (UnsafePointer<TrainGather>) -> Void) {
        // SAFETY: the pointers stay valid inside the closures, and kernels do not keep them.
        destination.withUnsafeBufferPointer { destination in
            first.withUnsafeBufferPointer { first in
                tap.withUnsafeBufferPointer { tap in
                    source.withUnsafeBufferPointer { source in
                        var table = TrainGather(
                            tiles: Int32(tiles), destination: destination.baseAddress,
                            first: first.baseAddress,
                            tap: tap.baseAddress, source: source.baseAddress)
                        withUnsafePointer(to: &table, body)
                    }
                }
            }
        }
    }
}

/// For each tap the pairs of input and output rows that meet there; see `TrainPairs`.
final class PairTable: Sendable {
    private let first, source, destination: [Int32]

    init(taps: [[(source: Int, destination: Int)]]) {
        var first: [Int32] = [0]
        for pairs in taps { first.append(first[first.count - 1] + Int32(pairs.count)) }
        self.first = first
        source = taps.joined().map { Int32($0.source) }
        destination = taps.joined().map { Int32($0.destination) }
    }

    convenience init(count: Int, depth: Int, width: Int) {
        self.init(taps: [(0..<count).map { ($0 * depth, $0 * width) }])
    }

    func withTable(_ body: (UnsafePointer<TrainPairs>) -> Void) {
        // SAFETY: as above.
        first.withUnsafeBufferPointer { first in
            source.withUnsafeBufferPointer { source in
                destination.withUnsafeBufferPointer { destination in
                    var table = TrainPairs(
                        taps: Int32(first.count - 1), first: first.baseAddress, source: source.baseAddress,
                        destination: destination.baseAddress)
                    withUnsafePointer(to: &table, body)
                }
            }
        }
    }
}
