import Devices
import ModelGraph
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

    @Test("Times in another unit are refused, naming the option", arguments: [1000.0, 0.001])
    func units(factor: Double) throws {
        #expect(try complaint(try rows(5, factor: factor)).contains("--unit"))
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
        let calibrated = try host.calibrated(by: timed.map { (graph: $0.0, latencyMilliseconds: $0.1) })
        let first = price(graphs[0], on: calibrated)
        #expect(first.provenance == .calibrated)
        #expect(abs((first.latencyMilliseconds ?? 0) / timed[0].1 - 1) < 0.05)
        let two = try host.calibrated(
            by: timed.prefix(2).map { (graph: $0.0, latencyMilliseconds: $0.1) })
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
}
