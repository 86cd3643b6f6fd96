import Devices
import ModelGraph
import Search
import SearchSpaces
import Synchronization

/// What points of a space cost, summed from the pieces of their networks, each of which is priced once.
///
/// A sum does not depend on what was asked before it, and equals the price of the whole network but for rounding.
final class PieceCache: Sendable {
    private let pieces: Pieces
    private let devices: [DeviceProfile]
    private let known: Mutex<Known>

    /// Nil where the networks of the space have too many different pieces.
    init?(of space: SearchSpace, on devices: [DeviceProfile], reserve: Reserve) {
        guard let pieces = Pieces(of: space) else { return nil }
        self.pieces = pieces
        self.devices = devices
        known = Mutex(
            Known(
                numbers: [Int32](repeating: -1, count: pieces.keyCount),
                tables: devices.map { PriceTable($0, reserve: reserve) }))
    }

    /// Counts and scores of a point in normal form; nil where its pieces are not known.
    func costs(of genotype: Genotype) -> Costs? {
        pieces.keys(of: genotype).flatMap { keys in known.withLock { $0.costs(of: keys) } }
    }

    /// Prices the pieces of a point in normal form that are new; they stay unknown where they have no keys.
    ///
    /// `graph` is asked for the point's compressed network where there are any.
    func learn(_ genotype: Genotype, graph: (_ detail: NetworkDetail) throws -> Graph) rethrows {
        guard let keys = pieces.keys(of: genotype)?.withoutRepeats else { return }
        let new = known.withLock { known in keys.indices.filter { known.numbers[keys[$0]] < 0 } }
        guard !new.isEmpty else { return }
        let network = try graph(pieces.detail(of: genotype, at: new))
        guard let parts = pieces.cut(network, of: genotype, at: new) else { return }
        let priced = parts.map { part in
            (
                counts: (macs: part.macs, parameters: part.parameters),
                pieces: PricedPiece.each(part, on: devices)
            )
        }
        known.withLock { known in
            for (position, part) in zip(new, priced) {
                known.add(part.pieces, part.counts, under: keys[position])
            }
        }
    }

    /// Whether all pieces of a point in normal form are known.
    func knows(_ genotype: Genotype) -> Bool { unknown(of: [genotype]).isEmpty }

    /// The positions of points in normal form of which a piece is not known yet.
    func unknown(of genotypes: [Genotype]) -> [Int] {
        known.withLock { known in
            var keys: [Int] = []
            return genotypes.indices.filter { !known.find(genotypes[$0], pieces, &keys) }
        }
    }

    /// Numbers of points in normal form; `others` holds, by position, the costs of those that pieces do not tell.
    func prices(of genotypes: [Genotype], others: [Int: Costs]) -> PriceList {
        known.withLock { known in
            var list = PriceList(devices: devices.count)
            list.reserveCapacity(genotypes.count)
            var network: [Int] = []
            for (index, genotype) in genotypes.enumerated() {
                if known.find(genotype, pieces, &network) {
                    known.append(network, to: &list)
                } else if let costs = others[index] {
                    list.append(costs)
                }
            }
            return list
        }
    }
}

/// The pieces priced so far.
private struct Known {
    /// By a piece's key its number here; −1 where it is not known yet.
    var numbers: [Int32]
    /// One a device.
    var tables: [PriceTable]
    private var counts: [(macs: Int, parameters: Int)] = []

    init(numbers: [Int32], tables: [PriceTable]) {
        self.numbers = numbers
        self.tables = tables
    }

    mutating func add(
        _ pieces: [PricedPiece], _ counts: (macs: Int, parameters: Int), under key: Int
    ) {
        guard numbers[key] < 0 else { return }
        numbers[key] = Int32(self.counts.count)
        self.counts.append(counts)
        for (device, priced) in pieces.enumerated() { tables[device].add(priced) }
    }

    /// Fills in the numbers of a point's pieces, and says whether all of them are known.
    func find(_ genotype: Genotype, _ pieces: Pieces, _ network: inout [Int]) -> Bool {
        guard pieces.collectKeys(of: genotype, into: &network) else { return false }
        for index in network.indices {
            let number = numbers[network[index]]
            guard number >= 0 else { return false }
            network[index] = Int(number)
        }
        return true
    }

    /// Appends the price of a network of known pieces.
    func append(_ network: [Int], to list: inout PriceList) {
        var (macs, parameters) = (0, 0)
        for piece in network {
            macs &+= counts[piece].macs
            parameters &+= counts[piece].parameters
        }
        list.append(PointCounts(macs: Double(macs), parameters: Double(parameters)))
        for table in tables { list.append(DevicePrice(table.price(network))) }
    }

    /// Nil where a piece is not known yet.
    func costs(of keys: [Int]) -> Costs? {
        let network = keys.map { Int(numbers[$0]) }
        guard network.allSatisfy({ $0 >= 0 }) else { return nil }
        return Costs(
            macs: network.reduce(0) { $0 &+ counts[$1].macs },
            parameters: network.reduce(0) { $0 &+ counts[$1].parameters },
            scores: tables.map { Score($0.price(network), device: $0.profile.name) })
    }
}
