public import Devices
import Dispatch
public import ModelGraph
import Quantities
public import Search
public import SearchSpaces
import Synchronization

/// What points of a space cost on the devices of a job, known before any training.
public struct SpacePricer: Sendable {
    public let space: SearchSpace
    public let input: NetworkInput
    public let devices: [DeviceProfile]
    /// Memory of microcontrollers that is kept for the application.
    public let reserve: Reserve
    private let pieces: PieceCache?

    public init(space: SearchSpace, input: NetworkInput, devices: [DeviceProfile], reserve: Reserve = .none) {
        self.space = space
        self.input = input
        self.devices = devices
        self.reserve = reserve
        pieces = PieceCache(of: space, on: devices, reserve: reserve)
    }

    /// The network a point stands for after compression; all weights unknown.
    public func compressedGraph(of genotype: Genotype) throws -> Graph {
        try space.graph(of: genotype, input: input).compressed(by: space.pipeline(of: genotype))
    }

    /// Counts and a score on every device; what cannot be built is `failed` everywhere, with the reason.
    public func costs(of genotype: Genotype) -> Costs {
        let genotype = space.normalForm(genotype)
        do {
            let sum = try pieces?.costs(of: genotype) { try compressedGraph(of: genotype) }
            return try sum ?? costs(of: compressedGraph(of: genotype))
        } catch {
            return Costs(
                scores: devices.map {
                    Score(device: $0.name, status: .failed, reason: String(describing: error))
                })
        }
    }

    /// The costs of many points, in their order, worked out on all cores.
    public func costs(of genotypes: [Genotype]) -> [Costs] {
        let costs = Mutex([Costs](repeating: Costs(scores: []), count: genotypes.count))
        DispatchQueue.concurrentPerform(iterations: genotypes.count) { index in
            let own = self.costs(of: genotypes[index])
            costs.withLock { $0[index] = own }
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
