import Numerics
import Quantities

/// Turns the summed costs of a network's kernels into its price: what a profile adds once for each network.
///
/// Worked out once for a profile and then free of references to it, so that a million prices a second count nothing up
/// and down.
struct PriceFormula: Sendable {
    private let inferenceMilliseconds: Double
    private let parameterCache: MemoryProfile.ParameterCache?
    private let latency, energy: TermFit?
    /// Factors of a mean device of the profile's population, by which it is priced before it is measured.
    private let usual: SIMD16<Double>
    /// The probability of the profile's own habits, and what others the calibration leaves open.
    private let weight: Double
    private let others: [Calibration.Habit]
    private let activeWatts: Double?
    /// The ends of the interval over the estimate, where no measurement says better.
    private let estimateBelow, estimateAbove: Double
    private let emptyModelBytes, codeBytes, codeBytesPerKernel, ramBytes, ramBytesPerKernel: Int
    /// What the device leaves to the model; the application's reserve counts on microcontrollers only.
    private let ramLimit, flashLimit: Int
    private let title: String
    private let provenance: Provenance

    init(_ profile: DeviceProfile, reserve: Reserve = .none) {
        let kept = profile.kind == .microcontroller ? reserve : .none
        inferenceMilliseconds = profile.overheads.inferenceMilliseconds
        parameterCache = profile.memory.parameterCache
        latency = profile.calibration?.latency
        usual = profile.usualFactors
        energy = profile.energy == nil ? nil : profile.calibration?.energy
        weight = profile.calibration?.weight ?? 1
        others = profile.calibration?.others ?? []
        activeWatts = profile.energy?.activeWatts
        estimateBelow = (-profile.estimateLogSD * PriceFormula.normalP90).exponential
        estimateAbove = (profile.estimateLogSD * PriceFormula.normalP90).exponential
        emptyModelBytes = profile.runtime.emptyModelBytes
        codeBytes = profile.runtime.codeBytes
        codeBytesPerKernel = profile.runtime.codeBytesPerKernel
        ramBytes = profile.runtime.ramBytes
        ramBytesPerKernel = profile.runtime.ramBytesPerKernel
        ramLimit = max(profile.memory.ramBytes - kept.ramBytes, 0)
        flashLimit = profile.memory.flashBytes.map { max($0 - kept.flashBytes, 0) } ?? .max
        title = profile.title
        provenance = profile.provenance
    }

    /// The kernels' costs and what each network costs once.
    func whole(_ kernels: KernelCosts, endingIn state: EntryState, returnMilliseconds: Double) -> KernelCosts
    {
        var sum = kernels
        sum[.inference] += inferenceMilliseconds
        if state == .device { sum[.transfer] += returnMilliseconds }
        if let cache = parameterCache { sum[.streaming] += cache.milliseconds(for: sum.deviceWeightBytes) }
        return sum
    }

    /// The price of a network: interval, energy, memory, and whether the device can hold and run it.
    ///
    /// `otherTerms` holds the kernels' terms under each other habit that the calibration leaves open.
    func price(
        _ kernels: KernelCosts, others otherTerms: [SIMD16<Double>], endingIn state: EntryState,
        returnMilliseconds: Double, peakActivationBytes: Int,
        obstacle: Price.Cause?
    ) -> Price {
        let numbers = numbers(
            kernels, others: otherTerms, endingIn: state, returnMilliseconds: returnMilliseconds,
            peakActivationBytes: peakActivationBytes, obstacle: obstacle?.status)
        var price = Price(
            latencyMilliseconds: numbers.latencyMilliseconds,
            latencyMillisecondsP10: numbers.latencyMillisecondsP10,
            latencyMillisecondsP90: numbers.latencyMillisecondsP90,
            energyMillijoules: numbers.energyMillijoules, peakRAMBytes: numbers.peakRAMBytes,
            flashBytes: numbers.flashBytes, modelBytes: numbers.modelBytes, provenance: provenance)
        price.cause = obstacle
        guard obstacle == nil else { return price }
        if kernels[.fallback] > 0, kernels.deviceWeightBytes == 0 {
            price.remark =
                "runs on the host of \(title) only: nothing that multiplies is left to the accelerator"
        }
        if numbers.status == .exceedsRAM {
            price.cause = .exceedsRAM(needs: price.peakRAMBytes, leaves: ramLimit, title)
        } else if numbers.status == .exceedsFlash {
            price.cause = .exceedsFlash(needs: price.flashBytes, leaves: flashLimit, title)
        }
        return price
    }

    /// The same without words; `obstacle` is the status of a network that cannot run, whatever memory there is.
    func numbers(
        _ kernels: KernelCosts, others otherTerms: [SIMD16<Double>], endingIn state: EntryState,
        returnMilliseconds: Double, peakActivationBytes: Int,
        obstacle: Status?
    ) -> PriceNumbers {
        if obstacle == .notExportable { return PriceNumbers(status: .notExportable) }
        let sum = whole(kernels, endingIn: state, returnMilliseconds: returnMilliseconds)
        let model = emptyModelBytes &+ sum.weightBytes &+ sum.structureBytes
        var numbers = PriceNumbers(
            peakRAMBytes: peakActivationBytes &+ ramBytes &+ ramBytesPerKernel &* sum.kernelCount,
            flashBytes: model &+ codeBytes &+ codeBytesPerKernel &* sum.kernelCount, modelBytes: model,
            status: obstacle ?? .ok)
        guard obstacle == nil else { return numbers }
        let time = time(
            sum.terms, otherTerms.isEmpty ? [] : otherTerms.map { $0 + (sum.terms - kernels.terms) })
        numbers.latencyMilliseconds = time.milliseconds
        numbers.latencyMillisecondsP10 = time.p10
        numbers.latencyMillisecondsP90 = time.p90
        if let activeWatts {
            numbers.energyMillijoules =
                energy?.value(sum.terms * activeWatts) ?? activeWatts * time.milliseconds
        }
        if numbers.peakRAMBytes > ramLimit {
            numbers.status = .exceedsRAM
        } else if numbers.flashBytes > flashLimit {
            numbers.status = .exceedsFlash
        }
        return numbers
    }

    /// The time of a network and its 80 % interval, from its terms under each habit.
    func time(_ terms: SIMD16<Double>, _ otherTerms: [SIMD16<Double>]) -> (
        milliseconds: Double, p10: Double, p90: Double
    ) {
        guard let latency else {
            let estimate = (terms * usual).sum()
            return (estimate, estimate * estimateBelow, estimate * estimateAbove)
        }
        let time = prediction(terms, otherTerms, by: latency)
        return (
            time.milliseconds, time.milliseconds * (-time.below * PriceFormula.normalP90).exponential,
            time.milliseconds * (time.above * PriceFormula.normalP90).exponential
        )
    }

    /// The time of a network, and the standard deviations of its logarithm below and above.
    ///
    /// Where habits are left open it is the mean of the logarithm over them, and how far they lie apart widens the interval.
    private func prediction(
        _ terms: SIMD16<Double>, _ otherTerms: [SIMD16<Double>], by latency: TermFit
    ) -> (milliseconds: Double, below: Double, above: Double) {
        let own = latency.value(terms), logSDs = latency.logSDs(terms)
        guard !otherTerms.isEmpty else { return (own, logSDs.below, logSDs.above) }
        let logarithms = zip(others, otherTerms).map { ($0.latency.value($1) / own).logarithm }
        let mean = zip(others, logarithms).reduce(0) { $0 + $1.0.weight * $1.1 }
        var below = weight * (logSDs.below * logSDs.below + mean * mean)
        var above = weight * (logSDs.above * logSDs.above + mean * mean)
        for (habit, (terms, logarithm)) in zip(others, zip(otherTerms, logarithms)) {
            let logSDs = habit.latency.logSDs(terms)
            let apart = (logarithm - mean) * (logarithm - mean)
            below += habit.weight * (logSDs.below * logSDs.below + apart)
            above += habit.weight * (logSDs.above * logSDs.above + apart)
        }
        return (own * mean.exponential, below.squareRoot(), above.squareRoot())
    }

    /// The standard normal distribution's quantile at 0.9.
    private static let normalP90 = Normal.quantile(0.9)
}

extension MemoryProfile.ParameterCache {
    /// Time to bring in the weights that the accelerator cannot keep.
    func milliseconds(for weightBytes: Int) -> Double {
        weightBytes > bytes ? Double(weightBytes - bytes) / (bandwidth * 1e6) : 0
    }
}

extension DeviceProfile {
    /// Factors on the terms of a mean device of the population; 1 without one.
    var usualFactors: SIMD16<Double> { population?.factors ?? SIMD16(repeating: 1) }

    /// The price of a whole network made of pieces, without its layers.
    public func price(_ piece: PricedPiece, reserve: Reserve = .none) -> Price {
        let passage = piece.passages[EntryState.start.rawValue]
        return PriceFormula(self, reserve: reserve).price(
            passage.sum, others: passage.others, endingIn: passage.exit,
            returnMilliseconds: piece.returnMilliseconds, peakActivationBytes: piece.peakActivationBytes,
            obstacle: passage.obstacle)
    }

    /// The time of a whole network and its 80 % interval, from its terms before calibration under the profile's own policy and
    /// under each other habit that the calibration leaves open.
    package func time(_ terms: SIMD16<Double>, others: [SIMD16<Double>]) -> (
        milliseconds: Double, p10: Double, p90: Double
    ) {
        PriceFormula(self).time(terms, others)
    }

    /// Milliseconds by `CostTerm` of a whole network, before calibration.
    package func terms(_ piece: PricedPiece) -> SIMD16<Double> {
        let passage = piece.passages[EntryState.start.rawValue]
        return PriceFormula(self).whole(
            passage.sum, endingIn: passage.exit, returnMilliseconds: piece.returnMilliseconds
        ).terms
    }

    /// Milliseconds by `CostTerm` of a network that consists of these kernels, before calibration.
    package func terms(of workloads: [Workload]) -> SIMD16<Double> {
        let passage = DeviceKernels(workloads, on: self).passages(of: workloads, from: [.start])[0]
        return PriceFormula(self).whole(passage.sum, endingIn: passage.exit, returnMilliseconds: 0).terms
    }
}
