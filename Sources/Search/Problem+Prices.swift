import Foundation
import Quantities
import SearchSpaces

extension Problem {
    /// What many points cost, one device a target; a target without prices has the status `failed`.
    func prices(of genotypes: [Genotype]) -> PriceList { prices(of: genotypes, by: pricer) }

    /// The prices by which candidates are ordered, in the same form.
    func guidingPrices(of genotypes: [Genotype]) -> PriceList { prices(of: genotypes, by: guide ?? pricer) }

    private func prices(of genotypes: [Genotype], by pricer: any Pricer) -> PriceList {
        let list = pricer.prices(of: genotypes)
        if devicePositions == Array(0..<list.deviceCount) { return list }
        var result = PriceList(devices: targets.count)
        result.reserveCapacity(genotypes.count)
        for point in genotypes.indices {
            result.append(list.points[point])
            for position in devicePositions {
                result.append(position.map { list[point, $0] } ?? .unpriced)
            }
        }
        return result
    }

    /// For each point the violation of the limits on costs on the target where it is smallest.
    ///
    /// As `priceViolation(of:)`; give the points' prices in the order of the targets.
    func priceViolations(_ prices: PriceList, of genotypes: [Genotype]) -> [Double] {
        let limits = targets.map { target in costLimits(on: target) }
        let excess = operationsExcess(of: genotypes)
        return (0..<prices.count).map { point in
            var smallest = Double.infinity
            for target in targets.indices where smallest > 0 {
                smallest = min(smallest, violation(limits[target], prices, point: point, target: target))
            }
            return smallest + (excess?[point] ?? 0)
        }
    }

    /// For each point how far its training is beyond the limit: 0 within, else the ratio's natural logarithm; nil where
    /// there is no limit.
    private func operationsExcess(of genotypes: [Genotype]) -> [Double]? {
        guard let maximumOperations else { return nil }
        return pricer.prices(of: genotypes.map(space.uncompressed)).points.map { counts in
            counts.macs > Double(maximumOperations) ? log(counts.macs / Double(maximumOperations)) : 0
        }
    }

    /// For each point by how much its expected gain counts: what a training takes enters with its square root, so that large
    /// networks are evaluated where they promise more, but not for each of the many small ones that would take as long.
    ///
    /// All ones where nothing is trained. Between gain alone, which spends a limited time on few large networks, and gain a
    /// second (Snoek et al.: Practical Bayesian optimization, 2012), which hardly looks at them.
    func worth(of genotypes: [Genotype]) -> [Double] {
        guard trainsCandidates else { return [Double](repeating: 1, count: genotypes.count) }
        return pricer.prices(of: genotypes.map(space.uncompressed)).points.map { counts in
            guard counts.macs.isFinite else { return 1 }
            return 1 / (1 + counts.macs / Problem.operationsBesideSample).squareRoot()
        }
    }

    /// A training step takes as long for a sample as so many multiply-accumulate operations, whatever the network; measured on
    /// MNIST on a Zen 4 core, and the same everywhere, so that histories repeat.
    private static let operationsBesideSample = 500_000.0

    /// The limits on costs that hold on a target.
    func costLimits(on target: Target) -> [Constraint] {
        constraints.filter { $0.applies(to: target.device) && !$0.metric.isQuality }
    }

    /// As `violation(of:on:)` for a point without quality.
    func violation(_ limits: [Constraint], _ prices: PriceList, point: Int, target: Int) -> Double {
        let price = prices[point, target]
        switch price.status {
        case .ok, .constraint:
            var sum = 0.0
            for limit in limits {
                let value =
                    limit.metric == .latency
                    ? price.latencyBound(confidence: limit.confidence)
                    : prices.value(of: limit.metric, point: point, device: target)
                sum += value.isNaN ? 10 : limit.violation(of: value)
            }
            return min(99, sum)
        case .exceedsRAM: return 100 + Metric.peakRAM.minimised(price.peakRAM.known ?? Double(Int.max))
        case .exceedsFlash: return 100 + Metric.flash.minimised(price.flash.known ?? Double(Int.max))
        case .unsupported, .notExportable, .failed: return 1000
        }
    }

}

extension Target {
    /// The scaled costs of a point on this target's device, given by position, and 0 in the place of the quality; nil where one
    /// is unknown.
    func scaledCosts(_ prices: PriceList, point: Int, device: Int) -> [Double]? {
        var costs: [Double] = []
        costs.reserveCapacity(objectives.count)
        for objective in objectives {
            guard !objective.metric.isQuality else {
                costs.append(0)
                continue
            }
            let value = prices.value(of: objective.metric, point: point, device: device)
            guard value.isFinite else { return nil }
            costs.append(objective.scaled(objective.metric.minimised(value)))
        }
        return costs
    }
}

extension DevicePrice {
    /// The price on a device that is not priced.
    static let unpriced = DevicePrice(
        latency: .nan, latencyP10: .nan, latencyP90: .nan, energy: .nan, peakRAM: .nan, flash: .nan,
        modelSize: .nan, status: .failed)
}

extension Double {
    /// Nil for what is not a number.
    fileprivate var known: Double? { isNaN ? nil : self }
}
