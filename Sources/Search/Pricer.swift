import Numerics
public import Quantities
public import SearchSpaces

/// What every point of a space costs on the devices of a search, known before any training.
///
/// Exact, deterministic and cheap. Statuses say what each device can run; constraints are judged by the problem, not here.
public protocol Pricer: Sendable {
    /// Counts and one score a device, with the reasons in words.
    func costs(of genotype: Genotype) -> Costs

    /// The same numbers of many points, without words, in their order: the form that strategies read by the thousand.
    func prices(of genotypes: [Genotype]) -> PriceList
}

extension Pricer {
    /// One point after the other.
    public func prices(of genotypes: [Genotype]) -> PriceList {
        var list = PriceList(devices: 0)
        for genotype in genotypes { list.append(costs(of: genotype)) }
        return list
    }
}

/// Prices by a function, for tests and tables.
struct FunctionPricer: Pricer {
    let function: @Sendable (Genotype) -> Costs

    func costs(of genotype: Genotype) -> Costs { function(genotype) }
}

/// What many points cost on some devices, in numbers only.
public struct PriceList: Sendable {
    /// Multiply-accumulates and parameters of each point.
    public private(set) var points: [PointCounts] = []
    /// Devices a point.
    public private(set) var deviceCount: Int
    /// One a point and device; the devices of a point lie together.
    private var prices: [DevicePrice] = []

    /// An empty list for points on so many devices.
    public init(devices: Int) { deviceCount = devices }

    /// How many points there are.
    public var count: Int { points.count }

    /// The price of a point on a device, both by position.
    public subscript(point: Int, device: Int) -> DevicePrice { prices[point * deviceCount + device] }

    /// Makes room for `count` points in all.
    public mutating func reserveCapacity(_ count: Int) {
        points.reserveCapacity(count)
        prices.reserveCapacity(count * deviceCount)
    }

    /// Begins the next point; its prices follow, one a device.
    public mutating func append(_ counts: PointCounts) { points.append(counts) }

    /// The next device's price of the point begun last.
    public mutating func append(_ price: DevicePrice) { prices.append(price) }

    /// The next point, from its counts and scores.
    public mutating func append(_ costs: Costs) {
        if points.isEmpty { deviceCount = costs.scores.count }
        precondition(
            costs.scores.count == deviceCount, "a point was priced on other devices than those before it")
        append(
            PointCounts(
                macs: costs.macs.map(Double.init) ?? .nan,
                parameters: costs.parameters.map(Double.init) ?? .nan))
        for score in costs.scores { append(DevicePrice(score)) }
    }

    /// The points of another list on the same devices.
    mutating func append(contentsOf other: PriceList) {
        precondition(
            count == 0 || other.count == 0 || deviceCount == other.deviceCount, "lists of different devices")
        if count == 0 { deviceCount = other.deviceCount }
        points += other.points
        prices += other.prices
    }

    /// Some of the points, in the order given.
    func points(at positions: [Int]) -> PriceList {
        var list = PriceList(devices: deviceCount)
        list.reserveCapacity(positions.count)
        for position in positions {
            list.append(points[position])
            for device in 0..<deviceCount { list.append(self[position, device]) }
        }
        return list
    }

    /// A cost that depends on the device, of every point; not a number where it is unknown.
    func column(of metric: Metric, device: Int) -> [Double] {
        (0..<count).map { self[$0, device].value(of: metric) }
    }

    /// A cost of a point; not a number where it is unknown, and for the quality.
    func value(of metric: Metric, point: Int, device: Int) -> Double {
        switch metric {
        case .accuracy: .nan
        case .macs: points[point].macs
        case .parameters: points[point].parameters
        case .latency, .energy, .peakRAM, .flash, .modelSize: self[point, device].value(of: metric)
        }
    }
}

/// Counts of a point's network; not a number where they are unknown.
public struct PointCounts: Hashable, Sendable {
    /// Multiply-accumulates of one inference.
    public var macs: Double
    /// Trainable numbers.
    public var parameters: Double

    /// Counts of a point's network.
    public init(macs: Double, parameters: Double) {
        self.macs = macs
        self.parameters = parameters
    }
}

/// What a candidate costs on one device, in the units of the metrics; not a number where a cost is unknown.
public struct DevicePrice: Hashable, Sendable {
    /// Milliseconds, median.
    public var latency: Double
    /// Milliseconds that the median stays above in 90 of 100 cases.
    public var latencyP10: Double
    /// Milliseconds that the median stays below in 90 of 100 cases.
    public var latencyP90: Double
    /// Millijoules of one inference.
    public var energy: Double
    /// Peak working memory, in bytes.
    public var peakRAM: Double
    /// Model with the runtime's code, in bytes.
    public var flash: Double
    /// The stored model, in bytes.
    public var modelSize: Double
    /// Whether the device can run it.
    public var status: Status

    /// A price; what is not a number is unknown.
    public init(
        latency: Double, latencyP10: Double, latencyP90: Double, energy: Double, peakRAM: Double,
        flash: Double, modelSize: Double, status: Status
    ) {
        self.latency = latency
        self.latencyP10 = latencyP10
        self.latencyP90 = latencyP90
        self.energy = energy
        self.peakRAM = peakRAM
        self.flash = flash
        self.modelSize = modelSize
        self.status = status
    }

    /// The numbers of a score; what is nil becomes not a number.
    public init(_ score: Score) {
        self.init(
            latency: score.latency ?? .nan, latencyP10: score.latencyP10 ?? .nan,
            latencyP90: score.latencyP90 ?? .nan, energy: score.energy ?? .nan,
            peakRAM: score.peakRAM.map(Double.init) ?? .nan, flash: score.flash.map(Double.init) ?? .nan,
            modelSize: score.modelSize.map(Double.init) ?? .nan, status: score.status)
    }

    /// Not a number for what does not depend on the device.
    func value(of metric: Metric) -> Double {
        switch metric {
        case .latency: latency
        case .energy: energy
        case .peakRAM: peakRAM
        case .flash: flash
        case .modelSize: modelSize
        case .accuracy, .macs, .parameters: .nan
        }
    }

    /// The latency that the truth stays below with probability `confidence`; as `Score.latencyBound`.
    func latencyBound(confidence: Double?) -> Double {
        guard let confidence, latency > 0, latencyP10 > 0, latencyP90 > 0 else { return latency }
        return Normal.bound(confidence, median: latency, p10: latencyP10, p90: latencyP90)
    }
}
