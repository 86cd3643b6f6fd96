import Foundation
import Quantities
import Reports
import Search
import SwiftletKit
import Testing

/// Finalists handed out to be timed on their device, and the times taken back.
@Suite("Finalists timed on the device")
struct MeasureTests {
    private let folder: TemporaryFolder
    private var database: String { SmallJob.database(in: folder) }
    private let device = "raspberry-pi-4"
    private static let text = SmallJob.text.replacing("per_device: 1", with: "per_device: 2")

    /// The job is run once; each case has a copy of its database and files.
    private static let finished = Task {
        let folder = try TemporaryFolder()
        try await SmallJob.run(in: folder, text: text)
        return folder
    }

    init() async throws {
        folder = try TemporaryFolder()
        try FileManager.default.copyItem(
            atPath: "\(try await Self.finished.value.path)/results", toPath: "\(folder.path)/results")
    }

    private func emitted(_ device: String) throws -> (rows: [MeasurementRowAnswer], folder: String) {
        let output = "\(folder.path)/\(device)"
        return (
            try SmallJob.review(folder).emitFinalists(of: "small", on: device, to: output, repeats: 3).rows,
            output
        )
    }

    private func front() throws -> String {
        try SmallJob.review(folder).front(of: "small", on: device, includesAll: true).text(as: .csv)
    }

    private func latency(ofModel path: String) throws -> Double {
        try #require(try ModelCommands.predict(path, on: device).latency)
    }

    private func ingest(_ csv: String, unit: TimeUnit = .milliseconds) throws -> IngestedAnswer {
        try ingestMeasurements(
            folder.write(csv, to: "times.csv"), unit: unit, job: "small", device: device, database: database)
    }

    /// The table with times a little above the prediction: 1, 1.02 and 1.05 of `scale` times it.
    private func filled(scale: Double = 1.3, energy: Double? = nil) throws -> String {
        let (rows, folder) = try emitted(device)
        let lines = try rows.enumerated().map { index, row in
            let time =
                try latency(ofModel: "\(folder)/\(row.model)") * scale * [1, 1.02, 1.05][index % 3]
            return "\(row.candidate),\(time)\(energy.map { ",\($0)" } ?? "")"
        }
        try FileManager.default.removeItem(atPath: folder)
        return "candidate,latency_ms\(energy == nil ? "" : ",energy_mj")\n" + lines.joined(separator: "\n")
            + "\n"
    }

    @Test(
        "Each finalist comes in the format of the device's runtime, with an empty table that names it",
        arguments: [("raspberry-pi-4", ["tflite"]), ("stm32h743", ["c", "h", "tflite"])])
    func emits(device: String, endings: [String]) throws {
        let (rows, output) = try emitted(device)
        #expect(!rows.isEmpty && rows.count % 3 == 0)
        let table = try String(contentsOfFile: "\(output)/measurements.csv", encoding: .utf8)
        #expect(table.hasPrefix("candidate,repeat,model,compression,latency_ms,energy_mj\r\n"))
        for row in rows {
            #expect(row.latency == nil && row.energy == nil)
            let model = "\(output)/\(row.model)"
            #expect(FileManager.default.fileExists(atPath: model))
            let beside = URL(filePath: model).deletingLastPathComponent().path(percentEncoded: false)
            let files = try FileManager.default.contentsOfDirectory(atPath: beside)
            #expect(Set(files.map { URL(filePath: $0).pathExtension }) == Set(endings))
        }
        #expect(throws: KitError.exists(path: output)) {
            try SmallJob.review(folder).emitFinalists(of: "small", on: device, to: output)
        }
        _ = try SmallJob.review(folder).emitFinalists(of: "small", on: device, to: output, replacing: true)
    }

    @Test("Times handed back are what the front, the choice, the page and a candidate's sheet show")
    func roundTrip() throws {
        let csv = try filled(energy: 1.5)
        let before = try front()
        let answer = try ingest(csv)
        #expect(!answer.measured.isEmpty)
        for row in answer.measured {
            #expect(row.repeats == 3)
            let (median, p90) = (row.latency, try #require(row.latencyP90))
            #expect(abs(median / (1.3 * 1.02 * (try #require(row.predictedLatency))) - 1) < 0.02)
            #expect(p90 > median * 1.05 / 1.02)
        }
        #expect(try front() != before)
        let review = try SmallJob.review(folder)
        let shown = try SmallJob.candidates(in: folder, on: device).filter {
            $0.costs.provenance == .measured
        }
        #expect(shown.count == answer.measured.count)
        #expect(shown.allSatisfy { $0.costs.energy == 1.5 })
        let id = try #require(shown.first?.id)
        let sheet = try review.candidate(id, of: "small")
        #expect(try sheet.table(TableStyle()).contains("timed there 3 times (times.csv), its energy too"))
        #expect(sheet.measurements.first?.source == "times.csv")
        let page = "\(folder.path)/report.html"
        _ = try review.report(on: "small", output: page)
        #expect(try String(contentsOfFile: page, encoding: .utf8).contains(">measured<"))
        // The same file again changes nothing.
        let after = try front()
        _ = try ingest(csv)
        #expect(try front() == after)
    }

    @Test("A choice with confidence holds the limit at the end of the measured interval")
    func confidence() throws {
        // Faster than anything that is only predicted.
        let answer = try ingest(filled(scale: 0.4))
        let fastest = try #require(answer.measured.min { $0.latency < $1.latency })
        let (median, p90) = (fastest.latency, try #require(fastest.latencyP90))
        func choice(_ limit: Double, _ confidence: Double?) throws -> String? {
            let request = SelectRequest(
                limits: [SelectRequest.Limit(.latency, limit)], confidence: confidence,
                preference: .latency)
            return try SmallJob.review(folder).selection(of: "small", for: device, request).candidate?.id
        }
        let id = fastest.candidate
        #expect(try choice((median + p90) / 2, nil) == id)
        #expect(try choice((median + p90) / 2, 0.9) != id)
        #expect(try choice(p90 * 1.0001, 0.9) == id)
    }

    @Test("A job's limit is judged by what was measured, also after the device was priced again")
    func constraint() async throws {
        let csv = try filled(scale: 100)
        _ = try ingest(csv)
        let open = try front()
        #expect(!open.contains("constraint"))
        let folder = try TemporaryFolder()
        let slowest = Self.text.replacing(
            "constraints:",
            with: "constraints:\n  - {device: raspberry-pi-4, metric: latency_ms, at_most: 2ms}")
        try await SmallJob.run(in: folder, text: slowest)
        let answer = try ingestMeasurements(
            folder.write(csv, to: "times.csv"), job: "small", device: device,
            database: SmallJob.database(in: folder))
        #expect(answer.measured.allSatisfy { $0.status == .constraint })
        for _ in 0..<2 {
            let measured = try SmallJob.candidates(in: folder, on: device).filter {
                $0.costs.provenance == .measured
            }
            #expect(measured.count == answer.measured.count)
            #expect(measured.allSatisfy { $0.status == .constraint })
            _ = try rescore(job: "small", on: device, database: SmallJob.database(in: folder))
        }
    }

    static let mistakes: [(change: @Sendable (String, String) -> String, says: String)] = [
        ({ _, time in "0" }, "times.csv:2: latency_ms is 0.0, expected a positive number"),
        ({ _, time in "-\(time)" }, "times.csv:2: latency_ms is -"),
        ({ _, _ in "nan" }, "times.csv:2: latency_ms: expected a finite number, got 'nan'"),
        ({ _, _ in "inf" }, "times.csv:2: latency_ms: expected a finite number"),
        ({ _, _ in "fast" }, "times.csv:2: latency_ms: expected a finite number, got 'fast'"),
        ({ _, time in "\((Double(time) ?? 0) * 3)" }, "times.csv: lines 2, 3, 4 give '"),
        ({ _, time in "\((Double(time) ?? 0) * 1000)" }, "times.csv"),
        ({ _, time in "\(time),extra" }, "times.csv:2: has"),
    ]

    @Test(
        "Times that cannot be right are refused with their row, and nothing is stored",
        arguments: mistakes.indices)
    func impossible(index: Int) throws {
        let csv = try filled()
        let before = try front()
        var lines = csv.split(separator: "\n").map(String.init)
        let cells = lines[1].split(separator: ",").map(String.init)
        lines[1] = "\(cells[0]),\(Self.mistakes[index].change(cells[0], cells[1]))"
        let error = #expect(throws: (any Error).self) { try ingest(lines.joined(separator: "\n")) }
        let sentence = error.map { "\($0)" } ?? ""
        #expect(sentence.contains(Self.mistakes[index].says), "\(sentence)")
        #expect(!sentence.contains("\n"))
        #expect(try front() == before)
    }

    @Test(
        "Candidates that are not there, not finished or in another unit are refused with their row",
        arguments: [
            ("ffffffffffff,1", "times.csv:2: job 'small' has no candidate 'ffffffffffff'"),
            ("not-an-id,1", "times.csv:2: job 'small' has no candidate 'not-an-id'"),
            (",1", "times.csv:2: job 'small' has no candidate ''"),
            ("UNFINISHED,1", "times.csv:2: candidate 'UNFINISHED' was not trained to the end"),
            ("FINISHED,90000", "times.csv:2: latency_ms is 90000.0 where"),
            ("FINISHED,0.0000001", "times.csv:2: latency_ms is"),
            ("FINISHED,", "no row has a latency_ms yet"),
        ])
    func unknown(row: String, says: String) throws {
        let finished = try #require(try emitted(device).rows.first?.candidate)
        let trained = try SmallJob.candidates(in: folder, on: device, at: .trained).map(\.id)
        let finals = try SmallJob.candidates(in: folder, on: device, at: .final).map(\.id)
        let unfinished = String(try #require(trained.first { !finals.contains($0) }).prefix(12))
        func named(_ text: String) -> String {
            text.replacing("UNFINISHED", with: unfinished).replacing("FINISHED", with: finished)
        }
        let before = try front()
        let error = #expect(throws: (any Error).self) { try ingest("candidate,latency_ms\n\(named(row))\n") }
        let sentence = error.map { "\($0)" } ?? ""
        #expect(sentence.contains(named(says)), "\(sentence)")
        #expect(try front() == before)
    }

    @Test("Energy without a time and a missing column are refused")
    func columns() throws {
        let id = try #require(try emitted(device).rows.first?.candidate)
        for (csv, says) in [
            ("candidate,latency_ms,energy_mj\n\(id),,3\n", "times.csv:2: energy_mj stands without"),
            ("candidate,latency_ms,energy_mj\n\(id),0.2,-3\n", "times.csv:2: energy_mj is -3.0"),
            ("candidate,latency\n\(id),1\n", "has no column 'latency_ms'"),
            ("", "is empty"),
        ] {
            let error = #expect(throws: (any Error).self) { try ingest(csv) }
            #expect(error.map { "\($0)".contains(says) } == true, "\(error.map { "\($0)" } ?? "")")
        }
    }

    @Test("Times in microseconds are taken as such where that is said")
    func units() throws {
        let csv = try filled()
        let inMicroseconds = csv.split(separator: "\n").enumerated().map { index, line -> String in
            let cells = line.split(separator: ",")
            return index == 0 ? String(line) : "\(cells[0]),\((Double(cells[1]) ?? 0) * 1000)"
        }
        let error = #expect(throws: (any Error).self) { try ingest(inMicroseconds.joined(separator: "\n")) }
        #expect(error.map { "\($0)".contains("unit the times are in") } == true)
        let answer = try ingest(inMicroseconds.joined(separator: "\n"), unit: .microseconds)
        #expect(try #require(answer.measured.first).latency < 100)
    }

    @Test("A time alone has no interval, and that is said")
    func once() throws {
        let lines = try filled().split(separator: "\n")
        let answer = try ingest("\(lines[0])\n\(lines[1])\n")
        #expect(answer.measured.map(\.latencyP90) == [nil])
        #expect(answer.table(TableStyle()).contains("their interval is unknown"))
    }

    @Test("This computer, and a device that the job has not, are refused")
    func devices() throws {
        for device in ["host-cpu", "jetson-nano", "no-device"] {
            #expect(throws: (any Error).self) {
                try SmallJob.review(folder).emitFinalists(
                    of: "small", on: device, to: "\(folder.path)/x", repeats: 3)
            }
            #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/x"))
        }
    }
}
