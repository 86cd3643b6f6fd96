import Foundation
import Quantities
import Reports
import SwiftletKit
import Testing

/// Probes timed by a command.
@Suite("Times taken by a runner")
struct RunnerTests {
    private let folder: TemporaryFolder
    private var probes: String { "\(folder.path)/probes" }
    private var table: String { "\(probes)/probes.csv" }

    init() throws { folder = try TemporaryFolder() }

    private func request(_ command: String, repeats: Int = 2, replacing: Bool = false) -> ProbeRequest {
        ProbeRequest(
            device: "raspberry-pi-4", space: "tiny-image", count: 4, output: probes, replacing: replacing,
            runner: RunnerRequest(command: command, repeats: repeats, secondsAllowed: 20))
    }

    private func complaint(_ command: String, repeats: Int = 2) -> String {
        do {
            return "accepted \(try DeviceCommands.probes(request(command, repeats: repeats)).timed ?? 0)"
        } catch {
            return "\(error)"
        }
    }

    /// The fields of a column, in the order of the rows.
    private func column(_ name: String) throws -> [String] {
        let lines = try String(contentsOfFile: table, encoding: .utf8).split(separator: "\r\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        let place = try #require(lines[0].firstIndex(of: name))
        return lines.dropFirst().map { $0[place] }
    }

    /// Times that grow with the size of the model's file.
    private let bySize = "echo latency_ms: $(wc -c < {model} | awk '{ print $1 / 50000 }')"

    @Test("One command chooses probes, times them and fits a profile")
    func fromNothing() throws {
        let output = "\(folder.path)/mine.yaml"
        let answer = try DeviceCommands.calibrate(measuring: request(bySize), output: output)
        #expect(answer.samples == 4)
        #expect(try DeviceCommands.validate([output]).devices.allSatisfy(\.valid))
        #expect(try column("latency_ms").count == 8)
        #expect(try column("repeat") == ["1", "1", "1", "1", "2", "2", "2", "2"])
        // Every second repeat runs backwards.
        #expect(try column("run") == ["1", "2", "3", "4", "8", "7", "6", "5"])
    }

    @Test("What was measured before a runner failed is kept, and the same command goes on from there")
    func resumes() throws {
        let log = "\(folder.path)/log"
        let count =
            "echo x >> '\(log)'; test $(wc -l < '\(log)') -le \"$(cat '\(folder.path)/most')\" && \(bySize)"
        _ = try folder.write("3", to: "most")
        #expect(complaint(count).contains("are kept in \(table)"))
        #expect(try column("latency_ms").filter { !$0.isEmpty }.count == 3)
        _ = try folder.write("1000", to: "most")
        #expect(complaint(count) == "accepted 4")
        #expect(try column("latency_ms").filter { !$0.isEmpty }.count == 8)
    }

    @Test("A probe that the device cannot load is left out and named; the others are timed")
    func cannotLoad() throws {
        let command = "case {model} in *probe-2*) echo cannot allocate tensors >&2; exit 1;; esac; \(bySize)"
        let answer = try DeviceCommands.probes(request(command))
        #expect(answer.timed == 3)
        #expect(
            answer.leftOut == ["probe-2.tflite: the runner ended with status 1: cannot allocate tensors"])
        #expect(answer.probes[1].latency == nil && answer.probes[0].latency != nil)
    }

    static let failures: [(command: String, says: String)] = [
        ("no-such-benchmark {model}", "the runner ended with status 127"),
        ("true {model}", "the runner printed nothing"),
        ("echo latency_us: 3 {model}", "times are read in milliseconds only"),
        ("echo hello {model}", "the runner printed no time, but 'hello"),
        ("echo board is off >&2; exit 255 # {model}", "the runner ended with status 255: board is off"),
        ("time it", "write {model} there"),
    ]

    @Test("A runner that works for no model is refused in one sentence", arguments: failures.indices)
    func fails(index: Int) {
        let failure = Self.failures[index]
        let complaint = complaint(failure.command)
        #expect(complaint.contains(failure.says) && !complaint.contains("\n"), "\(complaint)")
    }

    @Test("A table is not filled in by two commands or on two machines")
    func twoDevices() throws {
        let alternating = "\(bySize); echo machine: $(basename {model} .tflite)"
        #expect(complaint(alternating).contains("'probe-2' answers now, and 'probe-1' did before"))
        #expect(complaint(bySize).contains("a table holds times of one device"))
        let mixed = "\(probes)/mixed.csv"
        try "model,latency_ms,device\nprobe-1.tflite,1,a\nprobe-2.tflite,2,b\nprobe-3.tflite,3,a\n".write(
            toFile: mixed, atomically: true, encoding: .utf8)
        let error = #expect(throws: (any Error).self) {
            try DeviceCommands.calibrate(
                CalibrationRequest(
                    device: "raspberry-pi-4", measurements: mixed, output: "\(folder.path)/x.yaml"))
        }
        #expect(error.map { "\($0)".contains("mixed.csv:3: device is 'b' here and 'a' on line 2") } == true)
    }

    @Test("A job times networks of its space and its finalists by a runner; times are read again on resume")
    func job() async throws {
        let log = "\(folder.path)/log"
        let text = SmallJob.text.replacing(
            "devices: [host-cpu, raspberry-pi-4, stm32h743]",
            with: "devices: [{name: raspberry-pi-4, runner: \"echo x >> '\(log)'; \(bySize)\"}, stm32h743]")
        try await SmallJob.run(in: folder, text: text)
        let finals = try SmallJob.candidates(in: folder, on: "raspberry-pi-4", at: .final)
        #expect(!finals.isEmpty && finals.allSatisfy { $0.costs.provenance == .measured })
        func runs() throws -> Int { try String(contentsOfFile: log, encoding: .utf8).count / 2 }
        let first = try runs()
        #expect(first == 12 + 3 * finals.count)
        try await SmallJob.run(in: folder, text: text)
        #expect(try runs() == first)
    }

    @Test("A device that slows down while it is measured is told, and its times are kept")
    func drifts() throws {
        let log = "\(folder.path)/log"
        let slowing =
            "echo x >> '\(log)'; wc -l < '\(log)' | awk -v size=$(wc -c < {model}) "
            + "'{ print \"latency_ms:\", size / 50000 * ($1 > 5 ? 1.5 : 1) }'"
        let complaint = complaint(slowing, repeats: 3)
        #expect(complaint.contains("the last runs took 50.00 % longer than the first"), "\(complaint)")
        #expect(try column("latency_ms").allSatisfy { !$0.isEmpty })
    }
}
