public import ModelGraph

/// What one inference of a graph costs on a device; weights may be unknown.
///
/// The graph is first put into the form in which the device's runtime executes it. The price depends on operations,
/// shapes, types and declared sparsity only, so that it equals the price of the same network with trained weights.
public func price(_ graph: Graph, on profile: DeviceProfile, reserve: Reserve = .none) -> Price {
    if let reason = profile.runtime.refusesToHold(graph) {
        return profile.refusal(.notExportable, reason)
    }
    var pricing = GraphPricing(graph, on: profile)
    pricing.addKernels()
    return pricing.finished(reserve: reserve)
}

/// One graph on its way to a price.
private struct GraphPricing {
    let profile: DeviceProfile
    let graph: Graph
    let kernels: [FusedKernel]
    var sum = CostSum()
    var layers: [LayerPrice] = []
    /// Set once a refused operation hands the rest of the graph to the host.
    var hasFallenBack = false
    var refusal: String?
    var segments = 0

    init(_ graph: Graph, on profile: DeviceProfile) {
        self.profile = profile
        self.graph = graph.normalized(for: profile.runtime.policy)
        kernels = self.graph.kernels(for: profile.runtime.policy)
    }

    mutating func addKernels() {
        sum[.inference] = profile.overheads.inferenceMilliseconds
        var wasOnDevice: Bool?
        for kernel in kernels {
            let work = graph.workload(of: kernel)
            let (cost, onDevice) = cost(of: work)
            if onDevice, wasOnDevice != true { addTransfer(of: work.inputElements, work.dataType) }
            if !onDevice, wasOnDevice == true { addTransfer(of: work.inputElements, work.dataType) }
            wasOnDevice = onDevice
            sum += cost
            layers.append(layer(work, kernel, cost, onDevice: onDevice))
        }
        if wasOnDevice == true, let output = graph.outputs.first {
            let type = graph[output].type
            addTransfer(of: type.shape.elementCount, type.dataType)
        }
        sum[.streaming] = profile.streamingMilliseconds(weightBytes: sum.deviceWeightBytes)
    }

    private mutating func cost(of work: Workload) -> (CostSum, onDevice: Bool) {
        var cost = profile.storage(of: work)
        if !hasFallenBack {
            switch profile.placement(of: work) {
            case .device(let type):
                cost.terms[CostTerm(work.family).rawValue] = profile.milliseconds(of: work, as: type) ?? 0
                cost[.kernels] = profile.overheads.kernelMilliseconds
                cost.deviceWeightBytes = cost.weightBytes
                return (cost, true)
            case .fallback(let reason):
                hasFallenBack = profile.support.fallback?.takesRest ?? false
                guard profile.support.fallback?.profile.first != nil else {
                    refusal = refusal ?? reason
                    return (cost, false)
                }
            case .refused(let reason):
                refusal = refusal ?? reason
                return (cost, false)
            }
        }
        guard let host = profile.support.fallback?.profile.first else { return (cost, false) }
        switch host.placement(of: work) {
        case .device(let type):
            let milliseconds = host.milliseconds(of: work, as: type) ?? 0
            cost.fallbackMilliseconds = milliseconds + host.overheads.kernelMilliseconds
        case .fallback(let reason), .refused(let reason): refusal = refusal ?? reason
        }
        return (cost, false)
    }

    private mutating func addTransfer(of elements: Int, _ type: DataType) {
        guard let transfer = profile.overheads.transfer else { return }
        sum[.transfer] +=
            transfer.milliseconds + Double(type.bytes(for: elements)) / (transfer.bandwidth * 1e6)
    }

    private func layer(_ work: Workload, _ kernel: FusedKernel, _ cost: CostSum, onDevice: Bool) -> LayerPrice
    {
        LayerPrice(
            name: graph.nodes[kernel.anchor].name, operation: work.operation,
            milliseconds: profile.milliseconds(cost), macs: work.macs, weightBytes: cost.weightBytes,
            outputBytes: graph[kernel.output].type.bytes, runsOnFallback: !onDevice)
    }

    func finished(reserve: Reserve) -> Price {
        var price = profile.price(
            sum, peakActivationBytes: profile.peakActivationBytes(graph, kernels), reserve: reserve)
        price.layers = layers
        if let refusal {
            price.forgetLatency()
            price.status = .unsupported
            price.reason = refusal
        }
        return price
    }
}

extension DeviceProfile {
    /// Weights and structure that a kernel adds to the model file.
    func storage(of work: Workload) -> CostSum {
        var cost = CostSum()
        cost.weightBytes = weightBytes(of: work)
        cost.structureBytes = runtime.structureBytes(
            tensors: work.weightElements > 0 ? 3 : 1, operations: 1,
            channels: work.weightType == .int8 ? work.outputChannels : 0)
        cost.kernelCount = 1
        cost.macs = work.macs
        return cost
    }

    /// Time to bring in the weights that the accelerator cannot keep.
    func streamingMilliseconds(weightBytes: Int) -> Double {
        guard let cache = memory.parameterCache, weightBytes > cache.bytes else { return 0 }
        return Double(weightBytes - cache.bytes) / (cache.bandwidth * 1e6)
    }

    /// The latency of a sum of costs.
    func milliseconds(_ sum: CostSum) -> Double {
        let scaled = calibration.map { sum.terms * $0.scales } ?? sum.terms
        return scaled.sum() + sum.fallbackMilliseconds
    }

    /// The price of a sum of costs: intervals, energy, memory and limits.
    func price(_ sum: CostSum, peakActivationBytes: Int, reserve: Reserve) -> Price {
        let milliseconds = milliseconds(sum)
        let interval = interval(around: milliseconds)
        let model = runtime.emptyModelBytes &+ sum.weightBytes &+ sum.structureBytes
        var price = Price(
            latencyMilliseconds: milliseconds, latencyMillisecondsP10: interval.lowerBound,
            latencyMillisecondsP90: interval.upperBound,
            energyMillijoules: energy.map { $0.activeWatts * milliseconds },
            peakRAMBytes: peakActivationBytes &+ runtime.ramBytes &+ runtime.ramBytesPerKernel
                &* sum.kernelCount,
            flashBytes: model &+ runtime.codeBytes &+ runtime.codeBytesPerKernel &* sum.kernelCount,
            modelBytes: model, provenance: provenance, status: .ok, reason: nil, layers: [])
        price.check(self, reserve)
        return price
    }

    private func interval(around milliseconds: Double) -> ClosedRange<Double> {
        let factor = (estimateLogSD * Normal.quantile(0.9)).exponential
        return milliseconds / factor...milliseconds * factor
    }

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
    fileprivate mutating func forgetLatency() {
        latencyMilliseconds = nil
        latencyMillisecondsP10 = nil
        latencyMillisecondsP90 = nil
        energyMillijoules = nil
    }

    /// Compares memory with the device's; the application's reserve counts on microcontrollers only.
    fileprivate mutating func check(_ profile: DeviceProfile, _ reserve: Reserve) {
        let kept = profile.kind == .microcontroller ? reserve : .none
        let (ram, flash) = (
            profile.memory.ramBytes - kept.ramBytes, profile.memory.flashBytes.map { $0 - kept.flashBytes }
        )
        if peakRAMBytes > ram {
            status = .exceedsRAM
            reason = "needs \(peakRAMBytes) bytes of RAM, and \(profile.title) leaves \(max(ram, 0))."
        } else if let flash, flashBytes > flash {
            status = .exceedsFlash
            reason = "needs \(flashBytes) bytes of flash, and \(profile.title) leaves \(max(flash, 0))."
        }
    }
}
