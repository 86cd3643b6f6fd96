import Devices
import ModelGraph
import Quantities
import Testing

@Suite("Calibration")
struct CalibrationTests {
    private let sizes = [
        (8, 8), (16, 16), (32, 8), (8, 32), (64, 16), (24, 24), (48, 12), (12, 48), (96, 8), (16, 40),
    ]

    private func graph(_ index: Int) throws -> Graph {
        try .small(channels: sizes[index].0, size: sizes[index].1)
    }

    /// Times of a device whose true profile is the shipped one with some figures changed.
    private func rows(_ count: Int, factor: Double = 1) throws -> [Measurement] {
        var truth = try Shipped.profile("raspberry-pi-4")
        truth.compute.clockMHz *= 0.7
        truth.overheads.kernelMilliseconds *= 2
        return try (0..<count).map { index in
            let milliseconds = price(try graph(index), on: truth).latencyMilliseconds
            return Measurement(
                line: index + 2, model: "\(index)", latencyMilliseconds: milliseconds.map { $0 * factor })
        }
    }

    private func calibrate(_ rows: [Measurement]) throws -> CalibrationOutcome {
        try Shipped.profile("raspberry-pi-4").calibrated(with: rows, file: "times.csv", note: "a test") {
            row, profile in
            PricedPiece(try graph(Int(row.model) ?? 0), on: profile)
        }
    }

    @Test("Ten measurements make a wrong profile true", arguments: [5, 10])
    func corrects(count: Int) throws {
        let all = try rows(10)
        let calibrated = try calibrate(Array(all.prefix(count))).profile
        #expect(calibrated.provenance == .calibrated)
        for index in 0..<10 {
            let price = price(try graph(index), on: calibrated)
            let (predicted, true_) = (
                try #require(price.latencyMilliseconds), all[index].latencyMilliseconds ?? 0
            )
            #expect(abs(predicted / true_ - 1) < 0.08)
        }
    }

    @Test("More measurements narrow the interval; three are enough to begin")
    func intervals() throws {
        let all = try rows(10)
        let graph = try graph(5)
        let widths = try [3, 10].map { count in
            let price = price(graph, on: try calibrate(Array(all.prefix(count))).profile)
            return (price.latencyMillisecondsP90 ?? 0) / (price.latencyMillisecondsP10 ?? 1)
        }
        #expect(widths[1] < widths[0])
        #expect(widths[1] > 1)
    }

    /// The factor on convolutions over that on dense layers after three rows of a device whose convolutions take four times as
    /// long.
    private func bend(_ kind: DeviceKind) throws -> Double {
        var shipped = try Shipped.profile("stm32h743")
        shipped.kind = kind
        var truth = shipped
        for index in truth.compute.efficiency.indices
        where truth.compute.efficiency[index].key.family == .convolution {
            truth.compute.efficiency[index].value /= 4
        }
        let rows = try (0..<3).map { index in
            Measurement(
                line: index + 2, model: "\(index)",
                latencyMilliseconds: price(try graph(index), on: truth).latencyMilliseconds)
        }
        let outcome = try shipped.calibrated(with: rows, file: "times.csv", note: "a test") { row, profile in
            PricedPiece(try graph(Int(row.model) ?? 0), on: profile)
        }
        let scales = try #require(outcome.profile.calibration).latency.scales
        return scales[CostTerm.convolution.rawValue] / scales[CostTerm.dense.rawValue]
    }

    @Test("A few rows bend single kinds of work less on a microcontroller, whose cycles are known better")
    func priorByKind() throws {
        let (microcontroller, processor) = (try bend(.microcontroller), try bend(.cpu))
        #expect(microcontroller > 1)
        #expect(processor > microcontroller)
    }

    @Test("A calibrated profile survives being written and read")
    func roundTrip() throws {
        let profile = try calibrate(try rows(6)).profile
        #expect(try DeviceProfile(parsing: profile.yaml, file: "new.yaml") == profile)
    }

    @Test("Every shipped profile survives being written and read")
    func shippedRoundTrip() throws {
        let catalog = try DeviceCatalog(files: Shipped.files())
        let again = try DeviceCatalog(files: catalog.profiles.map { ("\($0.name).yaml", $0.yaml) })
        #expect(again.profiles == catalog.profiles)
    }

    @Test(
        "Impossible measurements are refused with their place",
        arguments: [
            (0.0, "times.csv:3: latency_ms is 0.0"), (-1.0, "times.csv:3: latency_ms is -1.0"),
            (Double.nan, "times.csv:3: latency_ms is nan"),
        ])
    func impossible(value: Double, message: String) throws {
        var rows = try rows(5)
        rows[1].latencyMilliseconds = value
        #expect(try complaint(rows).hasPrefix(message))
    }

    @Test("Repeats may scatter, but not wildly")
    func repeats() throws {
        var rows = try rows(5)
        rows.append(rows[2])
        rows[5].line = 9
        #expect(try calibrate(rows).samples == 5)
        rows[5].latencyMilliseconds = (rows[5].latencyMilliseconds ?? 0) * 5
        #expect(try complaint(rows).contains("lines 4, 9 give '2' times"))
    }

    @Test("Times in another unit are refused, asking for the unit", arguments: [1000.0, 0.001])
    func units(factor: Double) throws {
        #expect(try complaint(try rows(5, factor: factor)).contains("say what unit the times are in"))
    }

    @Test("Rows without a latency are skipped, and too few are refused")
    func tooFew() throws {
        var rows = try rows(5)
        for index in 0..<3 { rows[index].latencyMilliseconds = nil }
        #expect(try complaint(rows).contains("only 2 models have a latency"))
    }

    private func complaint(_ rows: [Measurement]) throws -> String {
        do {
            _ = try calibrate(rows)
            return "accepted"
        } catch let error as CalibrationError {
            return error.description
        }
    }

    @Test("Graphs timed on the host make its prices calibrated")
    func host() throws {
        let host = try Shipped.profile("host-cpu")
        let graphs = try (0..<6).map { try graph($0) }
        let timed = graphs.map { ($0, (price($0, on: host).latencyMilliseconds ?? 0) * 3) }
        let calibrated = try host.calibrated(by: timed.map { TimedNetwork($0.0, milliseconds: $0.1) })
        let first = price(graphs[0], on: calibrated)
        #expect(first.provenance == .calibrated)
        #expect(abs((first.latencyMilliseconds ?? 0) / timed[0].1 - 1) < 0.05)
        let two = try host.calibrated(by: timed.prefix(2).map { TimedNetwork($0.0, milliseconds: $0.1) })
        #expect(two == host)
    }

    @Test("Ten thousand measurements are fitted too")
    func manyRows() throws {
        let ten = try rows(10)
        let rows = (0..<10_000).map { index in
            var row = ten[index % 10]
            row.line = index + 2
            row.model = "\(index)"
            row.latencyMilliseconds = row.latencyMilliseconds.map { $0 * (1 + 0.02 * Double(index % 7 - 3)) }
            return row
        }
        let graphs = try (0..<10).map { try graph($0) }
        let outcome = try Shipped.profile("raspberry-pi-4").calibrated(with: rows, file: "t.csv", note: "") {
            row, profile in
            PricedPiece(graphs[(Int(row.model) ?? 0) % 10], on: profile)
        }
        #expect(outcome.samples == 10_000)
        for index in 0..<10 {
            let predicted = try #require(price(graphs[index], on: outcome.profile).latencyMilliseconds)
            #expect(abs(predicted / (ten[index].latencyMilliseconds ?? 0) - 1) < 0.05)
        }
    }

    @Test("Probes are distinct, and first the one that is least certain")
    func probes() throws {
        let profile = try Shipped.profile("raspberry-pi-4")
        let candidates = try (0..<10).map { PricedPiece(try graph($0), on: profile) }
        let chosen = ProbeDesign(candidates, on: profile).choose(6)
        #expect(Set(chosen).count == 6)
        #expect(ProbeDesign(candidates, on: profile).choose(20).count == 10)
    }

    @Test("Of many copies of one network and another, both are measured before a copy")
    func copies() throws {
        let profile = try Shipped.profile("raspberry-pi-4")
        let candidates = try [0, 0, 0, 7, 0].map { PricedPiece(try graph($0), on: profile) }
        let chosen = ProbeDesign(candidates, on: profile).choose(2)
        #expect(chosen.contains(3))
    }
}

@Suite("Kernels timed one by one")
struct TimedKernelTests {
    /// A device whose kernels take times that no cost model foresees, and networks a tenth slower than their kernels' sum.
    private func timed(_ graph: Graph, on host: DeviceProfile, scatter: (Int) -> Double) -> TimedNetwork {
        let executed = ExecutedGraph(graph, under: host.runtime.policy)
        let kernels = zip(executed.workloads, executed.layers(on: host)).map { work, layer in
            KernelTime(work, milliseconds: layer.milliseconds * scatter(work.outputChannels))
        }
        return TimedNetwork(
            graph, milliseconds: 1.1 * kernels.reduce(0) { $0 + $1.milliseconds }, kernels: kernels)
    }

    private let widths = [8, 16, 24, 32, 40, 48, 56, 64]

    private func odd(_ channels: Int) -> Double { channels / 8 % 2 == 0 ? 0.6 : 1.8 }

    private func networks(on host: DeviceProfile) throws -> [TimedNetwork] {
        // Every network twice, so that its kernels are known when one of the two is left out.
        try (widths + widths).map { timed(try .small(channels: $0, size: 32), on: host, scatter: odd) }
    }

    /// The profile fitted to whole networks alone, and with the times of their kernels.
    private func fits(
        of host: DeviceProfile, to networks: [TimedNetwork]
    ) throws -> (modelled: DeviceProfile, timed: DeviceProfile) {
        let whole = networks.map { TimedNetwork($0.graph, milliseconds: $0.milliseconds) }
        return (try host.calibrated(by: whole), try host.calibrated(by: networks))
    }

    @Test("A network of timed kernels costs their sum, corrected by whole networks")
    func sums() throws {
        let host = try Shipped.profile("host-cpu")
        let networks = try networks(on: host)
        let calibrated = try host.calibrated(by: networks)
        for network in networks {
            let price = price(network.graph, on: calibrated)
            #expect(price.provenance == .calibrated)
            #expect(abs((price.latencyMilliseconds ?? 0) / network.milliseconds - 1) < 0.01)
            let sum = price.layers.reduce(0) { $0 + $1.milliseconds }
            #expect(abs(sum / (price.latencyMilliseconds ?? 0) - 1) < 0.05)
        }
    }

    @Test("A network of other kernels costs what the cost model says")
    func others() throws {
        let host = try Shipped.profile("host-cpu")
        let networks = try networks(on: host)
        let (modelled, timed) = try fits(of: host, to: networks)
        #expect(timed != modelled)
        let other = try Graph.bare(channels: 20, size: 20)
        #expect(
            timed.price(PricedPiece(other, on: timed)) == modelled.price(PricedPiece(other, on: modelled)))
    }

    @Test("The interval of a network of timed kernels is the narrower one")
    func intervals() throws {
        let host = try Shipped.profile("host-cpu")
        let networks = try networks(on: host)
        let (modelled, timed) = try fits(of: host, to: networks)
        func width(_ profile: DeviceProfile) -> Double {
            let price = price(networks[0].graph, on: profile)
            return (price.latencyMillisecondsP90 ?? 0) / (price.latencyMillisecondsP10 ?? 1)
        }
        #expect(width(timed) < 0.8 * width(modelled))
    }

    @Test("Times of kernels that explain no network are left out")
    func nonsense() throws {
        let host = try Shipped.profile("host-cpu")
        let networks = try networks(on: host).enumerated().map { index, network in
            TimedNetwork(
                network.graph, milliseconds: price(network.graph, on: host).latencyMilliseconds ?? 0,
                kernels: network.kernels.map {
                    KernelTime($0.work, milliseconds: $0.milliseconds * Double(1 + index * 7 % 5))
                })
        }
        let (modelled, timed) = try fits(of: host, to: networks)
        #expect(timed == modelled)
    }
}

extension Graph {
    /// One convolution and nothing else.
    fileprivate static func bare(channels: Int, size: Int) throws -> Graph {
        var builder = GraphBuilder(name: "bare")
        let image = builder.input("image", ValueType([1, size, size, channels]))
        let weights = builder.constant("w", .unknown([channels, 3, 3, channels]))
        let result = try builder.apply(.convolution(Convolution(kernel: 3)), to: [image, weights])
        return builder.graph(outputs: [result])
    }
}
