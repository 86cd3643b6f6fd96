import Devices
import ModelGraph
import Testing

@Suite("Habits of runtimes, inferred from measurements")
struct HabitTests {
    /// A live 1×1 convolution, and as asked a 3×3 convolution whose result is multiplied by zero and one that zeros feed: one
    /// product with zero, or the sum of two where the channels' number is a square.
    private func graph(channels: Int, isErased: Bool, isFed: Bool) throws -> Graph {
        var builder = GraphBuilder(name: "dead")
        let image = builder.input("image", ValueType([1, 16, 16, channels]))
        let zero = builder.constant("zero", Tensor([1], .repeated(0, .float32)))
        func convolution(_ value: ValueID, _ kernel: Int) throws -> ValueID {
            let weights = builder.constant("w", .unknown([channels, kernel, kernel, channels]))
            // A bias, as folded normalisations leave it: zeros that a convolution reads are no zeros behind it.
            let bias = builder.constant("b", .unknown([channels]))
            let edge = kernel / 2
            let padding = EdgePadding(top: edge, bottom: edge, left: edge, right: edge)
            return try builder.apply(
                .convolution(Convolution(kernel: Extent(kernel, kernel), padding: padding)),
                to: [value, weights, bias])
        }
        var sum = try convolution(image, 1)
        if isErased {
            let erased = try builder.apply(.binary(.multiply), to: [try convolution(image, 3), zero])
            sum = try builder.apply(.binary(.add), to: [sum, erased])
        }
        if isFed {
            var zeros = try builder.apply(.binary(.multiply), to: [image, zero])
            if [16, 64].contains(channels) {
                let more = try builder.apply(.binary(.multiply), to: [image, zero])
                zeros = try builder.apply(.binary(.add), to: [zeros, more])
            }
            sum = try builder.apply(.binary(.add), to: [sum, try convolution(zeros, 3)])
        }
        let result = try builder.apply(.globalPool(.average), to: [sum])
        return builder.graph(outputs: [result])
    }

    private func graphs() throws -> [Graph] {
        try [8, 16, 32, 64].flatMap { channels in
            try [(false, false), (true, false), (false, true)].map {
                try graph(channels: channels, isErased: $0, isFed: $1)
            }
        }
    }

    private func policy(_ treatment: DeadBranches, of profile: DeviceProfile) -> RuntimePolicy {
        var policy = profile.runtime.policy
        policy.graph.deadCode = treatment == .run ? .unused : .zeros
        policy.foldsScale = treatment == .foldedIntoWeights
        policy.dropsZeroFed = treatment == .removedBothWays || treatment == .removedBothWaysButSums
        policy.keepsZeroSums = treatment == .removedBothWaysButSums
        return policy
    }

    private func calibrated(_ truth: DeviceProfile) throws -> CalibrationOutcome {
        let graphs = try graphs()
        let rows = graphs.enumerated().map { index, graph in
            Measurement(
                line: index + 2, model: "\(index)",
                latencyMilliseconds: price(graph, on: truth).latencyMilliseconds)
        }
        return try Shipped.profile("generic-cortex-a76").calibrated(with: rows, file: "t.csv", note: "") {
            row, profile in PricedPiece(graphs[row.line - 2], on: profile)
        }
    }

    /// So many 1×1 and 3×3 convolutions in a row.
    private func chain(_ pointwise: Int, _ square: Int) throws -> Graph {
        var builder = GraphBuilder(name: "chain")
        var value = builder.input("image", ValueType([1, 32, 32, 16]))
        for index in 0..<(pointwise + square) {
            let size = index < pointwise ? 1 : 3
            let weights = builder.constant("w", .unknown([16, size, size, 16]))
            let edge = size / 2
            let padding = EdgePadding(top: edge, bottom: edge, left: edge, right: edge)
            value = try builder.apply(
                .convolution(Convolution(kernel: Extent(size, size), padding: padding)), to: [value, weights])
        }
        let result = try builder.apply(.globalPool(.average), to: [value])
        return builder.graph(outputs: [result])
    }

    @Test("Kernels that take other times than their work says are learned from ten scattered measurements")
    func timesOfKernels() throws {
        let counts = (0..<36).map { ($0 / 6, $0 % 6) }
        let graphs = try counts.map(chain)
        // What an int8 kernel of a phone takes: 1.6 times as long for 3×3, not nine times.
        let times = counts.map { 2 + 2.0 * Double($0.0) + 3.2 * Double($0.1) }
        let profile = try Shipped.profile("generic-cortex-a76")
        let probes = ProbeDesign(graphs: graphs, on: profile).choose(10)
        let rows = probes.enumerated().map { step, probe in
            Measurement(
                line: probe, model: "\(probe)",
                latencyMilliseconds: times[probe] * (step.isMultiple(of: 2) ? 0.98 : 1.02))
        }
        let outcome = try profile.calibrated(with: rows, file: "t.csv", note: "") { row, profile in
            PricedPiece(graphs[row.line], on: profile)
        }
        for (graph, time) in zip(graphs, times) {
            let predicted = try #require(price(graph, on: outcome.profile).latencyMilliseconds)
            #expect(abs(predicted / time - 1) < 0.04)
        }
        #expect(outcome.doubtful.isEmpty)
    }

    @Test(
        "Two of ten measurements that took twice their time bend no prediction and are named, and no others",
        arguments: [(0, 5), (1, 4), (3, 9)])
    func outliers(places: (Int, Int)) throws {
        let counts = (0..<36).map { ($0 / 6, $0 % 6) }
        let graphs = try counts.map(chain)
        let times = counts.map { 2 + 2.0 * Double($0.0) + 3.2 * Double($0.1) }
        let profile = try Shipped.profile("generic-cortex-a76")
        let probes = ProbeDesign(graphs: graphs, on: profile).choose(10)
        let rows = probes.enumerated().map { step, probe in
            let isSlow = step == places.0 || step == places.1
            return Measurement(
                line: probe, model: "\(probe)",
                latencyMilliseconds: times[probe] * (isSlow ? 2 : step.isMultiple(of: 2) ? 0.99 : 1.01))
        }
        let outcome = try profile.calibrated(with: rows, file: "t.csv", note: "") { row, profile in
            PricedPiece(graphs[row.line], on: profile)
        }
        // The usual tails alone are 1.7 to 3.6 % off.
        for (graph, time) in zip(graphs, times) {
            let predicted = try #require(price(graph, on: outcome.profile).latencyMilliseconds)
            #expect(abs(predicted / time - 1) < 0.015)
        }
        #expect(outcome.doubtful.map(\.line) == [probes[places.0], probes[places.1]])
        for doubt in outcome.doubtful { #expect(abs(doubt.ratio - 2) < 0.15) }
    }

    @Test("Every treatment of dead branches is a habit once; only a microcontroller's fusion is as declared")
    func habits() throws {
        for profile in try DeviceCatalog(files: Shipped.files()).profiles {
            let habits = profile.habits
            #expect(Set(habits.map(\.deadBranches)).count == DeadBranches.allCases.count)
            #expect(habits.count == DeadBranches.allCases.count)
            #expect(habits[0].deadBranches == profile.runtime.policy.deadBranches)
            let fuses = profile.kind == .microcontroller && profile.runtime.policy.graph.fusesActivation
            #expect(habits.allSatisfy { $0.graph.fusesActivation == fuses })
        }
    }

    @Test(
        "A dozen measurements tell what a runtime does with dead branches, whatever the profile says",
        arguments: [DeadBranches.removedBackward, .removedBothWays, .removedBothWaysButSums])
    func treatment(of branches: DeadBranches) throws {
        var truth = try Shipped.profile("raspberry-pi-4")
        truth.runtime.policy = policy(branches, of: truth)
        let outcome = try calibrated(truth)
        #expect(outcome.deadBranches[0].treatment == branches)
        #expect(outcome.deadBranches[0].probability > 0.9)
        #expect(outcome.changedPolicy == (branches != .removedBothWays))
        for graph in try graphs() {
            let predicted = try #require(price(graph, on: outcome.profile).latencyMilliseconds)
            let true_ = try #require(price(graph, on: truth).latencyMilliseconds)
            #expect(abs(predicted / true_ - 1) < 0.15)
        }
    }

    @Test("Probabilities of the treatments sum to one")
    func probabilities() throws {
        let outcome = try calibrated(try Shipped.profile("raspberry-pi-4"))
        #expect(abs(outcome.deadBranches.reduce(0) { $0 + $1.probability } - 1) < 1e-9)
    }

    @Test("A profile with habits left open survives being written and read, and prices the same")
    func roundTrip() throws {
        var profile = try calibrated(try Shipped.profile("raspberry-pi-4")).profile
        let calibration = try #require(profile.calibration)
        let other = policy(.run, of: profile)
        profile.calibration?.weight = 0.6
        profile.calibration?.others = [
            Calibration.Habit(
                policy: other, weight: 0.4, latency: calibration.latency)
        ]
        profile.runtime.policy = policy(.removedBothWaysButSums, of: profile)
        let again = try DeviceProfile(parsing: profile.yaml, file: "new.yaml")
        #expect(again == profile)
        let graph = try graph(channels: 16, isErased: true, isFed: true)
        #expect(price(graph, on: again) == price(graph, on: profile))
    }

    @Test("Where two habits stay possible the time lies between theirs and the interval covers both")
    func mixture() throws {
        var open = try calibrated(try Shipped.profile("raspberry-pi-4")).profile
        let latency = try #require(open.calibration).latency
        let first = policy(.removedBothWays, of: open)
        let second = policy(.run, of: open)
        let graph = try graph(channels: 64, isErased: true, isFed: true)
        let times = try [first, second].map { (policy: RuntimePolicy) -> Double in
            var certain = open
            certain.runtime.policy = policy
            certain.calibration?.weight = 1
            certain.calibration?.others = []
            return try #require(price(graph, on: certain).latencyMilliseconds)
        }
        open.runtime.policy = first
        open.calibration?.weight = 0.5
        open.calibration?.others = [Calibration.Habit(policy: second, weight: 0.5, latency: latency)]
        let mixed = price(graph, on: open)
        let middle = try #require(mixed.latencyMilliseconds)
        #expect(middle > times[0] && middle < times[1])
        #expect((mixed.latencyMillisecondsP10 ?? .infinity) < times[0])
        #expect((mixed.latencyMillisecondsP90 ?? 0) > times[1])
        var pricer = PriceTable(open)
        pricer.add(PricedPiece(graph, on: open))
        #expect(abs((pricer.price([0]).latencyMilliseconds ?? 0) / middle - 1) < 1e-12)
    }

    @Test("Probes of a pool with dead branches include some")
    func probes() throws {
        let graphs = try graphs()
        let chosen = ProbeDesign(graphs: graphs, on: try Shipped.profile("generic-cortex-a76")).choose(6)
        #expect(Set(chosen).count == 6)
        #expect(chosen.contains { $0 % 3 == 1 })
        #expect(chosen.contains { $0 % 3 == 2 })
    }
}

@Suite("Energy in measurements")
struct EnergyUnitTests {
    private func complaint(_ millijoulesPerMillisecond: Double) throws -> String {
        let graphs = try (1...5).map { try Graph.small(channels: 8 * $0, size: 16) }
        let profile = try Shipped.profile("raspberry-pi-4")
        let rows = graphs.enumerated().map { index, graph in
            let time = price(graph, on: profile).latencyMilliseconds
            return Measurement(
                line: index + 2, model: "\(index)", latencyMilliseconds: time,
                energyMillijoules: time.map { $0 * millijoulesPerMillisecond })
        }
        do {
            _ = try profile.calibrated(with: rows, file: "t.csv", note: "") { row, profile in
                PricedPiece(graphs[row.line - 2], on: profile)
            }
            return "accepted"
        } catch let error as CalibrationError {
            return error.description
        }
    }

    @Test("Joules in a column of millijoules are refused, millijoules taken")
    func joules() throws {
        #expect(try complaint(4) == "accepted")
        #expect(try complaint(0.004).contains("millijoules, not joules"))
    }
}
