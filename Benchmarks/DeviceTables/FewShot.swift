import Determinism
import Devices
import Foundation
import ModelGraph
import Numerics

/// Calibration with a handful of probes, repeated with probe sets designed from other random pools.
final class FewShot {
    enum Quantity { case latency, energy }

    let profile: DeviceProfile
    let quantity: Quantity
    let graphs: [Graph]
    let measured: [Double]
    /// By model, what the simple fits go by: a constant and the work, or a constant and how often each kind of kernel runs.
    private let macsFeatures, countFeatures: [[Double]]
    /// Priced under each treatment of dead branches that some probe set asked for.
    private var priced: [RuntimePolicy: [PricedPiece]] = [:]
    static let sets = 20
    static let poolSize = 1000

    /// Only rows with a measurement take part.
    init(_ graphs: [Graph], _ measured: [Double?], on profile: DeviceProfile, _ quantity: Quantity = .latency)
    {
        let kept = graphs.indices.filter { (measured[$0] ?? 0) > 0 }
        self.profile = profile
        self.quantity = quantity
        self.graphs = kept.map { graphs[$0] }
        self.measured = kept.map { measured[$0] ?? 0 }
        var (macs, counts, pieces): ([[Double]], [[Double]], [PricedPiece]) = ([], [], [])
        for index in kept {
            let executed = ExecutedGraph(graphs[index], under: profile.runtime.policy)
            macs.append([1, Double(executed.macs) / 1e7])
            counts.append([1] + FewShot.counted.map { Double(executed.kernelCounts[$0]) / 10 })
            pieces.append(PricedPiece(executed, on: profile))
        }
        (macsFeatures, countFeatures) = (macs, counts)
        priced[profile.runtime.policy] = pieces
    }

    /// Every model priced as this profile's runtime runs it.
    func pieces(under profile: DeviceProfile) -> [PricedPiece] {
        if let known = priced[profile.runtime.policy] { return known }
        let pieces = graphs.map { PricedPiece($0, on: profile) }
        priced[profile.runtime.policy] = pieces
        return pieces
    }

    struct Outcome {
        var chosen: [Int]
        var profile: DeviceProfile
        var changedPolicy: Bool
        /// Models that no probe used.
        var test: [Int]
        var prices: [Price]
    }

    /// One probe set: designed on a pool, measured, fitted; then everything else predicted.
    func outcome(set: Int, probes: Int) throws -> Outcome {
        var random = RandomStream(seed: 4, .probes, UInt64(set))
        let pool = Array(random.permutation(graphs.count).prefix(FewShot.poolSize))
        let pieces = pieces(under: profile)
        let chosen = ProbeDesign(pool.map { pieces[$0] }, on: profile).choose(probes).map { pool[$0] }
        let rows = chosen.map { index in
            let energy = quantity == .energy ? measured[index] : nil
            let latency = energy.map { $0 / (profile.energy?.activeWatts ?? 1) } ?? measured[index]
            return Measurement(
                line: index, model: "\(index)", latencyMilliseconds: latency, energyMillijoules: energy)
        }
        let fitted = try profile.calibrated(with: rows, file: "table", note: "") { row, profile in
            PricedPiece(self.graphs[row.line], on: profile)
        }
        let used = Set(chosen)
        let test = graphs.indices.filter { !used.contains($0) }
        let candidates = self.pieces(under: fitted.profile)
        return Outcome(
            chosen: chosen, profile: fitted.profile, changedPolicy: fitted.changedPolicy, test: test,
            prices: test.map { fitted.profile.price(candidates[$0]) })
    }

    func predicted(_ price: Price) -> Double {
        (quantity == .latency ? price.latencyMilliseconds : price.energyMillijoules) ?? .nan
    }

    struct Row {
        var ours: [Agreement] = []
        var macsOnly: [Agreement] = []
        var additive: [Agreement] = []
        var coverages: [Double] = []
        var policyChanges = 0
    }

    /// Every probe set's agreement with the measurements it has not seen.
    func run(probes: Int) throws -> Row {
        var row = Row()
        for set in 0..<FewShot.sets {
            let outcome = try outcome(set: set, probes: probes)
            let truth = outcome.test.map { measured[$0] }
            row.ours.append(Agreement(outcome.prices.map(predicted), truth))
            row.macsOnly.append(Agreement(linear(outcome, features: macsFeatures), truth))
            row.additive.append(Agreement(linear(outcome, features: countFeatures), truth))
            if outcome.changedPolicy { row.policyChanges += 1 }
            let covered = zip(outcome.prices, truth).filter { price, truth in
                truth >= (price.latencyMillisecondsP10 ?? 0) && truth <= (price.latencyMillisecondsP90 ?? 0)
            }
            row.coverages.append(Double(covered.count) / Double(truth.count))
        }
        return row
    }

    /// The kinds of kernel of the literature's additive model, one coefficient each.
    private static let counted = [
        WorkFamily.convolution, .pointwise, .pooling, .elementwise, .depthwise,
    ].compactMap(WorkFamily.allCases.firstIndex)

    /// Least squares of the relative error on the probes.
    private func linear(_ outcome: Outcome, features: [[Double]]) -> [Double] {
        var fit = LeastSquares(unknowns: features[0].count)
        for index in outcome.chosen {
            fit.add(features[index], target: measured[index], weight: 1 / (measured[index] * measured[index]))
        }
        for unknown in 0..<fit.unknowns { fit.addPrior(unknown, value: 0, precision: 1e-6) }
        let coefficients = fit.solve() ?? []
        return outcome.test.map { index in zip(features[index], coefficients).reduce(0) { $0 + $1.0 * $1.1 } }
    }
}
