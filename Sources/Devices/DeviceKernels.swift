import ModelGraph

/// The kernels of a graph on a device: everything of their costs that the extents of values do not decide.
struct DeviceKernels: Sendable {
    private let kernels: [Kernel]
    private let rules: DeviceRules

    private struct Kernel: Sendable {
        let own: Placement
        /// Where the device's host would run it; nil where there is no host whose times are known.
        let host: Placement?
        /// Nil where it is not placed there.
        let ownSpeed, hostSpeed: KernelSpeed?
        let weights, hostWeights: WeightStorage
        let isConversion: Bool
    }

    /// Kernels that do this work, whatever its numbers are.
    init(_ works: [Workload], on profile: DeviceProfile) {
        let host = profile.support.fallback?.profile.first
        var speeds = KnownSpeeds(profile)
        var hostSpeeds = KnownSpeeds(host ?? profile)
        kernels = works.map { work in
            let own = profile.placement(of: work)
            let hosted = host?.placement(of: work)
            return Kernel(
                own: own, host: hosted, ownSpeed: speeds.speed(at: own),
                hostSpeed: hosted.flatMap { hostSpeeds.speed(at: $0) },
                weights: WeightStorage(work.weightType, on: profile),
                hostWeights: WeightStorage(work.weightType, on: host ?? profile),
                isConversion: work.isConversion)
        }
        rules = DeviceRules(profile)
    }

    /// Runs through all kernels, once for each state in which the first may be entered.
    func passages(of works: [Workload], from states: [EntryState]) -> [PricedPiece.Passage] {
        var passages = states.map { PricedPiece.Passage(exit: $0) }
        for index in works.indices {
            let costs = costs(of: works[index], at: index)
            for passage in passages.indices {
                add(costs, of: works[index], at: index, to: &passages[passage])
            }
        }
        return passages
    }

    /// Runs through all kernels and keeps what each of them does.
    func steps(of works: [Workload]) -> [PricedPiece.Passage] {
        var state = EntryState.start
        return works.indices.map { index in
            var step = PricedPiece.Passage(exit: state)
            add(costs(of: works[index], at: index), of: works[index], at: index, to: &step)
            state = step.exit
            return step
        }
    }

    /// What one kernel costs on either side, wherever it is entered from.
    private struct SideCosts {
        /// What it adds to the model file.
        var weightBytes, structureBytes: Int
        /// Milliseconds on the device, by the cost model or as they were timed, and on its host.
        var own = 0.0, timed: Double?, host = 0.0
        /// Milliseconds to move its inputs to the other side.
        var transfer: Double
    }

    private func costs(of work: Workload, at index: Int) -> SideCosts {
        var costs = SideCosts(
            weightBytes: kernels[index].weights.bytesAdded(by: work),
            structureBytes: rules.structureBytes(of: work),
            transfer: rules.transferMilliseconds(work.inputElements, work.dataType))
        if let speed = kernels[index].ownSpeed {
            if let times = rules.times { costs.timed = times[work] }
            if costs.timed == nil { costs.own = speed.milliseconds(of: work, kernels[index].weights) }
        }
        if let speed = kernels[index].hostSpeed {
            costs.host = speed.milliseconds(of: work, kernels[index].hostWeights)
        }
        return costs
    }

    /// One kernel: where it runs, what it costs there, and what moving its inputs there costs.
    private func add(
        _ costs: SideCosts, of work: Workload, at index: Int, to passage: inout PricedPiece.Passage
    ) {
        let state = passage.exit
        let isConversion = kernels[index].isConversion
        // The caller hands over integers: an export leaves this conversion out.
        if state == .start, isConversion, work.dataType == .float32, !rules.takesFloats { return }
        passage.sum.weightBytes &+= costs.weightBytes
        passage.sum.structureBytes &+= costs.structureBytes
        passage.sum.kernelCount &+= 1
        passage.sum.macs &+= work.macs
        var obstacle: Price.Cause?
        if state != .hostForGood {
            switch kernels[index].own {
            case .device:
                if let timed = costs.timed {
                    passage.sum.timedMilliseconds += timed
                } else {
                    passage.sum[CostTerm(work.family)] += costs.own
                    passage.sum[CostTerm(startOf: work)] += rules.kernelMilliseconds
                }
                passage.sum.deviceWeightBytes &+= costs.weightBytes
                if state != .device { passage.sum[.transfer] += costs.transfer }
                passage.exit = .device
                return
            case .fallback(let reason): if !rules.hasHost { obstacle = .unsupported(reason) }
            case .refused(let reason): obstacle = .unsupported(reason)
            }
        }
        // What converts the input's type before anything ran is the host's part of the interface: a compiler for the
        // accelerator begins behind it.
        let isInterface = isConversion && (state == .start || state == .host)
        passage.exit = rules.hostTakesRest && !isInterface ? .hostForGood : .host
        if state == .device { passage.sum[.transfer] += costs.transfer }
        if obstacle == nil, let host = kernels[index].host {
            switch host {
            case .device: passage.sum[.fallback] += costs.host + rules.hostKernelMilliseconds
            case .fallback(let reason), .refused(let reason): obstacle = .unsupported(reason)
            }
        }
        if passage.obstacle == nil { passage.obstacle = obstacle }
    }
}

/// The speeds of a device in the types in which kernels were placed so far.
private struct KnownSpeeds {
    private let profile: DeviceProfile
    private var known: [(type: DataType, speed: KernelSpeed)] = []

    init(_ profile: DeviceProfile) { self.profile = profile }

    /// Nil for kernels that do not run there.
    mutating func speed(at placement: Placement) -> KernelSpeed? {
        guard case .device(let type) = placement else { return nil }
        if let known = known.first(where: { $0.type == type }) { return known.speed }
        let speed = KernelSpeed(profile, computingIn: type)
        known.append((type, speed))
        return speed
    }
}

/// What a profile says of all kernels alike.
private struct DeviceRules: Sendable {
    let takesFloats: Bool
    let kernelMilliseconds, hostKernelMilliseconds: Double
    /// Whether there is a host whose times are known, and whether it takes everything after the first refused operation.
    let hasHost, hostTakesRest: Bool
    /// Kernels that were timed on the device itself.
    let times: KernelTimes?
    private let transfer: OverheadProfile.Transfer?
    private let format: ModelFormat

    init(_ profile: DeviceProfile) {
        takesFloats = profile.runtime.interface == .float32
        kernelMilliseconds = profile.overheads.kernelMilliseconds
        let host = profile.support.fallback?.profile.first
        hostKernelMilliseconds = host?.overheads.kernelMilliseconds ?? 0
        hasHost = host != nil
        hostTakesRest = profile.support.fallback?.takesRest == true
        times = profile.calibration?.kernels
        transfer = profile.overheads.transfer
        format = profile.runtime.format
    }

    func structureBytes(of work: Workload) -> Int {
        format.structureBytes(
            tensors: work.weightElements > 0 ? 3 : 1, operations: 1,
            channels: work.weightScales == .perChannel ? work.outputChannels : 0)
    }

    func transferMilliseconds(_ elements: Int, _ type: DataType) -> Double {
        transfer?.duration(of: elements, type) ?? 0
    }
}

extension OverheadProfile.Transfer {
    /// Milliseconds that activations take from host to accelerator or back.
    func duration(of elements: Int, _ type: DataType) -> Double {
        milliseconds + Double(type.bytes(for: elements)) / (bandwidth * 1e6)
    }
}
