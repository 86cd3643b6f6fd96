public import Devices
import Dispatch
public import ModelGraph
import Quantities
public import Search
public import SearchSpaces
import Synchronization

/// What points of a space cost on the devices of a job, known before any training.
public struct SpacePricer: Pricer {
    /// The space whose points are priced.
    public let space: SearchSpace
    /// The shape of a sample and the number of outputs.
    public let input: NetworkInput
    /// The devices, in the order of the scores.
    public let devices: [DeviceProfile]
    /// Memory of microcontrollers that is kept for the application.
    public let reserve: Reserve
    private let pieces: PieceCache?

    /// A pricer for networks of `input`'s shape; `reserve` is memory that models may not use.
    public init(space: SearchSpace, input: NetworkInput, devices: [DeviceProfile], reserve: Reserve = .none) {
        self.space = space
        self.input = input
        self.devices = devices
        self.reserve = reserve
        pieces = PieceCache(of: space, input: input, on: devices, reserve: reserve)
    }

    /// The network a point stands for after compression; all weights unknown.
    public func compressedGraph(of genotype: Genotype) throws -> Graph {
        try space.graph(of: genotype, input: input).compressed(by: space.pipeline(of: genotype))
    }

    /// Counts and a score on every device; what cannot be built is `failed` everywhere, with the reason.
    public func costs(of genotype: Genotype) -> Costs {
        var last = LastTemplate()
        return costs(of: genotype, with: &last)
    }

    private func costs(of genotype: Genotype, with last: inout LastTemplate) -> Costs {
        let genotype = space.normalForm(genotype)
        do {
            try learn(genotype, with: &last)
            return try pieces?.costs(of: genotype) ?? costs(of: compressedGraph(of: genotype))
        } catch {
            return Costs(
                scores: devices.map {
                    Score(device: $0.name, status: .failed, reason: String(describing: error))
                })
        }
    }

    /// Prices the pieces of a point in normal form that are new.
    private func learn(_ genotype: Genotype, with last: inout LastTemplate) throws {
        try pieces?.learn(genotype, with: &last) { detail in
            try space.graph(of: genotype, input: input, showing: detail)
                .compressed(by: space.pipeline(of: genotype))
        }
    }

    /// Numbers of many points, in their order, at more than a million prices a second once their pieces are known.
    ///
    /// A network that does not consist of numbered pieces is priced as a whole, which takes a thousand times as long.
    public func prices(of genotypes: [Genotype]) -> PriceList {
        let genotypes = genotypes.map(space.normalForm)
        guard let pieces else { return pricesOneByOne(genotypes) }
        var networks = pieces.networks(of: genotypes)
        guard !networks.unknown.isEmpty else {
            return pieces.prices(of: networks.lists, count: genotypes.count, others: [:])
        }
        var last = LastTemplate()
        for index in networks.unknown { try? learn(genotypes[index], with: &last) }
        networks = pieces.networks(of: genotypes)
        var others: [Int: Costs] = [:]
        for index in networks.unknown { others[index] = costs(of: genotypes[index]) }
        return pieces.prices(of: networks.lists, count: genotypes.count, others: others)
    }

    private func pricesOneByOne(_ genotypes: [Genotype]) -> PriceList {
        var list = PriceList(devices: devices.count)
        for genotype in genotypes { list.append(costs(of: genotype)) }
        return list
    }

    /// The costs of many points, in their order, worked out on all cores.
    public func costs(of genotypes: [Genotype]) -> [Costs] {
        let costs = Mutex([Costs](repeating: Costs(scores: []), count: genotypes.count))
        let order = pieces?.order(of: genotypes) ?? Array(genotypes.indices)
        // Where one share ends and the next begins, a template is made twice.
        let share = max(64, order.count / 64)
        DispatchQueue.concurrentPerform(iterations: (order.count + share - 1) / share) { part in
            var last = LastTemplate()
            for index in order[part * share..<min((part + 1) * share, order.count)] {
                let own = self.costs(of: genotypes[index], with: &last)
                costs.withLock { $0[index] = own }
            }
        }
        return costs.withLock { $0 }
    }

    /// Counts and scores of a network, built or not.
    public func costs(of graph: Graph) -> Costs {
        let counts = graph.counts
        return Costs(
            macs: counts.macs, parameters: counts.parameters,
            scores: zip(devices, PricedPiece.each(graph, on: devices)).map { device, whole in
                Score(device.price(whole, reserve: reserve), device: device.name)
            })
    }
}

extension Score {
    /// A price in the words of a search; bytes of what a device cannot have at all are unknown.
    public init(_ price: Price, device: String) {
        func known(_ bytes: Int) -> Int? { bytes > 0 ? bytes : nil }
        self.init(
            device: device, latency: price.latencyMilliseconds, latencyP10: price.latencyMillisecondsP10,
            latencyP90: price.latencyMillisecondsP90, provenance: price.provenance,
            energy: price.energyMillijoules, peakRAM: known(price.peakRAMBytes),
            flash: known(price.flashBytes), modelSize: known(price.modelBytes), status: price.status,
            reason: price.reason)
    }
}

extension DevicePrice {
    /// The numbers of a price; bytes of what a device cannot have at all are unknown.
    init(_ price: PriceNumbers) {
        func known(_ bytes: Int) -> Double { bytes > 0 ? Double(bytes) : .nan }
        self.init(
            latency: price.latencyMilliseconds ?? .nan, latencyP10: price.latencyMillisecondsP10 ?? .nan,
            latencyP90: price.latencyMillisecondsP90 ?? .nan, energy: price.energyMillijoules ?? .nan,
            peakRAM: known(price.peakRAMBytes), flash: known(price.flashBytes),
            modelSize: known(price.modelBytes), status: price.status)
    }
}
