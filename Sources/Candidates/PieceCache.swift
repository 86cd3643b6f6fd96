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
    private let outlines: PieceOutlines?
    private let devices: [DeviceProfile]
    private let known: Mutex<Known>

    /// Nil where the networks of the space have too many different pieces.
    init?(of space: SearchSpace, input: NetworkInput, on devices: [DeviceProfile], reserve: Reserve) {
        guard let pieces = Pieces(of: space) else { return nil }
        self.pieces = pieces
        outlines = PieceOutlines(of: space, in: pieces, input: input)
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
    func learn(
        _ genotype: Genotype, with last: inout LastTemplate,
        graph: (_ detail: NetworkDetail) throws -> Graph
    ) rethrows {
        guard let keys = pieces.keys(of: genotype)?.withoutRepeats else { return }
        var new = known.withLock { known in keys.indices.filter { known.numbers[keys[$0]] < 0 } }
        learnOutlined(&new, of: genotype, keys, with: &last)
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

    /// Prices those of some new pieces whose kind has a template, and takes them from the list.
    private func learnOutlined(
        _ new: inout [Int], of genotype: Genotype, _ keys: [Int], with last: inout LastTemplate
    ) {
        guard let outlines else { return }
        new.removeAll { position in
            guard let outline = outlines.outline(of: genotype, at: position) else { return false }
            let key = keys[position]
            if outline.recurs, known.withLock({ $0.add(as: outline, under: key) }) { return true }
            if last.kind != outline.kind {
                last.template = template(of: outline, genotype, at: position, in: outlines)
                last.kind = outline.kind
            }
            guard let priced = last.template?.priced(outline.extents) else { return false }
            known.withLock {
                $0.add(priced.pieces, (priced.macs, priced.parameters), under: key)
                if outline.recurs { $0.outlined[outline] = $0.numbers[key] }
            }
            return true
        }
    }

    /// The template of a kind, kept where other networks are likely to need it; nil where there is none.
    private func template(
        of outline: PieceOutline, _ genotype: Genotype, at position: Int, in outlines: PieceOutlines
    ) -> PieceTemplate? {
        if outline.recurs, let template = known.withLock({ $0.templates[outline.kind] }) { return template }
        let template = outlines.marked(of: genotype, at: position).flatMap {
            PieceTemplate(
                $0.graph, marks: $0.marks, kernelMarks: $0.kernelMarks, literals: $0.literals, on: devices)
        }
        if outline.recurs { known.withLock { $0.templates[outline.kind] = .some(template) } }
        return template
    }

    /// The points in an order in which those stand together that one template serves.
    func order(of genotypes: [Genotype]) -> [Int] {
        outlines?.order(of: genotypes) ?? Array(genotypes.indices)
    }

    /// The pieces of points in normal form, and the positions of points of which a piece is not known: these are left out.
    func networks(of genotypes: [Genotype]) -> (lists: PieceLists, unknown: [Int]) {
        known.withLock { known in
            var (lists, unknown) = (PieceLists(), [Int]())
            lists.ends.reserveCapacity(genotypes.count)
            var keys: [Int] = []
            for (index, genotype) in genotypes.enumerated() {
                if pieces.collectKeys(of: genotype, into: &keys), known.find(keys, &lists.pieces) {
                    lists.ends.append(lists.pieces.count)
                } else {
                    unknown.append(index)
                }
            }
            return (lists, unknown)
        }
    }

    /// Numbers of `count` points; `others` holds, by position, the costs of those that are not among the networks.
    func prices(of networks: PieceLists, count: Int, others: [Int: Costs]) -> PriceList {
        known.withLock { known in
            let counts = known.counts(of: networks)
            let prices = known.tables.map { $0.prices(networks) }
            var list = PriceList(devices: devices.count)
            list.reserveCapacity(count)
            var next = 0
            for index in 0..<count {
                if !others.isEmpty, let costs = others[index] {
                    list.append(costs)
                    continue
                }
                list.append(counts[next])
                for device in prices.indices { list.append(DevicePrice(prices[device][next])) }
                next += 1
            }
            return list
        }
    }
}

/// The template that was used last: kinds that do not recur are not kept otherwise.
struct LastTemplate {
    fileprivate var kind: PieceKind?
    fileprivate var template: PieceTemplate?
}

/// The pieces priced so far.
private struct Known {
    /// By a piece's key its number here; −1 where it is not known yet.
    var numbers: [Int32]
    /// One a device.
    var tables: [PriceTable]
    /// By kind; nil for a kind whose pieces have to be cut from networks.
    var templates: [PieceKind: PieceTemplate?] = [:]
    /// Numbers of pieces whose kinds recur: a head, say, does not depend on all choices before it that its key names.
    var outlined: [PieceOutline: Int32] = [:]
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

    /// Gives a key the number of a piece with this outline; false where there is none yet.
    mutating func add(as outline: PieceOutline, under key: Int) -> Bool {
        guard let number = outlined[outline] else { return false }
        numbers[key] = number
        return true
    }

    /// Appends the numbers of a point's pieces, and says whether all of them are known; otherwise nothing is appended.
    func find(_ keys: [Int], _ network: inout [Int32]) -> Bool {
        let begin = network.count
        for key in keys {
            let number = numbers[key]
            guard number >= 0 else {
                network.removeSubrange(begin...)
                return false
            }
            network.append(number)
        }
        return true
    }

    /// What networks of known pieces count.
    func counts(of networks: PieceLists) -> [PointCounts] {
        var begin = 0
        return networks.ends.map { end in
            var (macs, parameters) = (0, 0)
            for index in begin..<end {
                let piece = counts[Int(networks.pieces[index])]
                macs &+= piece.macs
                parameters &+= piece.parameters
            }
            begin = end
            return PointCounts(macs: Double(macs), parameters: Double(parameters))
        }
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
