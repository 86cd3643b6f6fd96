import ModelGraph

extension DeviceProfile {
    /// Time to bring in the weights that the accelerator cannot keep.
    func streamingMilliseconds(weightBytes: Int) -> Double {
        guard let cache = memory.parameterCache, weightBytes > cache.bytes else { return 0 }
        return Double(weightBytes - cache.bytes) / (cache.bandwidth * 1e6)
    }

    /// The latency of a sum of costs.
    func milliseconds(_ sum: CostSum) -> Double { calibration?.latency.value(sum.terms) ?? sum.terms.sum() }

    private func logSD(_ sum: CostSum) -> Double { calibration?.latency.logSD(sum.terms) ?? estimateLogSD }

    private func millijoules(_ sum: CostSum, _ milliseconds: Double) -> Double? {
        guard let energy else { return nil }
        return calibration?.energy?.value(sum.terms * energy.activeWatts) ?? energy.activeWatts * milliseconds
    }

    /// The price of a sum of costs: intervals, energy, memory and limits.
    func price(_ sum: CostSum, peakActivationBytes: Int, reserve: Reserve) -> Price {
        let milliseconds = milliseconds(sum)
        let factor = (logSD(sum) * DeviceProfile.normalP90).exponential
        let model = runtime.emptyModelBytes &+ sum.weightBytes &+ sum.structureBytes
        var price = Price(
            latencyMilliseconds: milliseconds, latencyMillisecondsP10: milliseconds / factor,
            latencyMillisecondsP90: milliseconds * factor, energyMillijoules: millijoules(sum, milliseconds),
            peakRAMBytes: peakActivationBytes &+ runtime.ramBytes &+ runtime.ramBytesPerKernel
                &* sum.kernelCount,
            flashBytes: model &+ runtime.codeBytes &+ runtime.codeBytesPerKernel &* sum.kernelCount,
            modelBytes: model, provenance: provenance, status: .ok, reason: nil, layers: [])
        price.check(self, reserve)
        return price
    }

    /// The standard normal distribution's quantile at 0.9.
    private static let normalP90 = 1.2815515655446004

    /// A price for what is never even counted.
    func refusal(_ status: PriceStatus, _ reason: String) -> Price {
        Price(
            latencyMilliseconds: nil, latencyMillisecondsP10: nil, latencyMillisecondsP90: nil,
            energyMillijoules: nil,
            peakRAMBytes: 0, flashBytes: 0, modelBytes: 0, provenance: provenance, status: status,
            reason: reason,
            layers: [])
    }
}

extension Price {
    /// The device cannot run the model at all.
    mutating func refuse(_ sentence: String) {
        latencyMilliseconds = nil
        latencyMillisecondsP10 = nil
        latencyMillisecondsP90 = nil
        energyMillijoules = nil
        status = .unsupported
        reason = sentence
    }

    /// Compares memory with the device's; the application's reserve counts on microcontrollers only.
    fileprivate mutating func check(_ profile: DeviceProfile, _ reserve: Reserve) {
        let kept = profile.kind == .microcontroller ? reserve : .none
        let ram = profile.memory.ramBytes - kept.ramBytes
        if peakRAMBytes > ram {
            status = .exceedsRAM
            reason = "needs \(peakRAMBytes) bytes of RAM, and \(profile.title) leaves \(max(ram, 0))."
        } else if let flash = profile.memory.flashBytes, flashBytes > flash - kept.flashBytes {
            status = .exceedsFlash
            let left = max(flash - kept.flashBytes, 0)
            reason = "needs \(flashBytes) bytes of flash, and \(profile.title) leaves \(left)."
        }
    }
}
