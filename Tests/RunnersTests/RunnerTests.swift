import Foundation
import Runners
import Testing

@Suite("Runners")
struct RunnerTests {
    static let outputs: [(text: String, milliseconds: Double, millijoules: Double?, machine: String?)] = [
        ("latency_ms: 12.5\n", 12.5, nil, nil),
        ("warming up 1 s\nlatency_ms = 3\nenergy_mj = 4.5\nmachine = pi 4\n", 3, 4.5, "pi 4"),
        ("latency_ms 1\nlatency_ms 2e-3\n", 0.002, nil, nil),
        ("latency_ms: 7 ms", 7, nil, nil),
        (#"{"latency_ms": 8.25, "energy_mj": 2, "machine": "board"}"#, 8.25, 2, "board"),
        (#"{"latency_ms": [3, 1, 2, 10]}"#, 2.5, nil, nil),
        (
            """
            {
              "model": "m.onnx",
              "latency_ms": {"median": 0.75, "p95": 2}
            }
            """, 0.75, nil, nil
        ),
        ("loading {model}\n{\"latency_ms\": 4}\nbye\n", 4, nil, nil),
        (
            "INFO: Inference timings in us: Init: 2203, First inference: 400, Warmup (avg): 210.5, "
                + "Inference (avg): 1234.5\n", 1.2345, nil, nil
        ),
    ]

    @Test("Milliseconds are read from lines, JSON and benchmark_model", arguments: outputs.indices)
    func reads(index: Int) throws {
        let expected = Self.outputs[index]
        let reading = try RunnerReading(parsing: expected.text)
        #expect(
            reading
                == RunnerReading(
                    milliseconds: expected.milliseconds, millijoules: expected.millijoules,
                    machine: expected.machine))
    }

    static let wrong: [(text: String, error: RunnerError)] = [
        ("", .silent), ("  \n\n", .silent),
        ("done\n", .unreadable(line: "done")),
        ("took 12 us\n", .otherUnit(line: "took 12 us")),
        ("latency_us: 12\n", .otherUnit(line: "latency_us: 12")),
        ("latency_ms: 12 us\n", .otherUnit(line: "latency_ms: 12 us")),
        ("latency_ms: 12 models/a.onnx\n", .unreadable(line: "latency_ms: 12 models/a.onnx")),
        (#"{"latency_ms": []}"#, .unreadable(line: #"{"latency_ms": []}"#)),
        (#"{"latency_us": 3}"#, .otherUnit(line: "latency_us")),
        ("latency_ms: 0\n", .impossible(key: "latency_ms", value: "0.0")),
        ("latency_ms: -1\n", .impossible(key: "latency_ms", value: "-1.0")),
        ("latency_ms: nan\n", .impossible(key: "latency_ms", value: "nan")),
        ("latency_ms: fast\n", .impossible(key: "latency_ms", value: "'fast'")),
    ]

    @Test("What holds no time in milliseconds is refused with what it holds", arguments: wrong.indices)
    func refuses(index: Int) {
        let wrong = Self.wrong[index]
        #expect(throws: wrong.error) { try RunnerReading(parsing: wrong.text) }
        #expect(!wrong.error.description.contains("\n"))
    }

    @Test("A command sees the model's path as one word, whatever characters it has")
    func quotes() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "it's $HOME \(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let model = folder.appending(path: "a model.tflite").path(percentEncoded: false)
        try Data(repeating: 7, count: 42).write(to: URL(filePath: model))
        let reading = try Runner("echo latency_ms: $(wc -c < {model})").time(model)
        #expect(reading.milliseconds == 42)
    }

    static let failing: [(command: String, error: RunnerError)] = [
        ("echo no such board >&2; exit 3 # {model}", .exited(status: 3, complaint: "no such board")),
        ("echo half; exit 1 # {model}", .exited(status: 1, complaint: "half")),
        ("exit 2 # {model}", .exited(status: 2, complaint: nil)),
        ("kill -9 $$ # {model}", .signalled(number: 9)),
        ("true {model}", .silent),
    ]

    @Test("A command that fails is told by its status and last words", arguments: failing.indices)
    func fails(index: Int) {
        let failing = Self.failing[index]
        #expect(throws: failing.error) { try Runner(failing.command).time("m.onnx") }
    }

    @Test("A command that is not there concerns every model, one that cannot load a model does not")
    func concerns() {
        let missing = #expect(throws: RunnerError.self) { try Runner("no-such-command-7 {model}").time("m") }
        #expect(missing?.concernsEveryModel == true)
        #expect(!RunnerError.exited(status: 1, complaint: nil).concernsEveryModel)
    }

    @Test("A command that hangs is ended together with what it started")
    func hangs() throws {
        let mark = FileManager.default.temporaryDirectory.appending(path: "mark-\(UUID().uuidString)")
        let path = mark.path(percentEncoded: false)
        let command = "(sleep 3; touch '\(path)') & sleep 60 # {model}"
        #expect(throws: RunnerError.timedOut(seconds: 1)) {
            try Runner(command, secondsAllowed: 1).time("m.onnx")
        }
        usleep(2_500_000)
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test("A command without {model} and an impossible time limit are refused")
    func unusable() {
        #expect(throws: RunnerError.noModel(command: "time it")) { try Runner("time it") }
        #expect(throws: RunnerError.timeout(seconds: 0)) { try Runner("{model}", secondsAllowed: 0) }
    }
}

@Suite("Drift")
struct DriftTests {
    /// Three rounds over five models, each run multiplied by what its place gives.
    private func drift(_ factor: (Int) -> Double) -> Drift? {
        Drift(
            (0..<15).map { run in
                let model = run % 5
                return Drift.Run(
                    model: "\(model)",
                    milliseconds: Double(model + 1) * (1 + 0.01 * Double(run * 7 % 3)) * factor(run))
            })
    }

    @Test("Times that scatter by a few hundredths are no drift")
    func steady() { #expect(drift { _ in 1 }?.isSuspicious == false) }

    @Test("A device that slows down, or is freed of a load, is found")
    func changing() throws {
        let slower = try #require(drift { $0 < 8 ? 1 : 1.4 })
        #expect(slower.isSuspicious && abs(slower.change - 0.4) < 0.06)
        let faster = try #require(drift { $0 < 6 ? 2 : 1 })
        #expect(faster.isSuspicious && faster.change < -0.4)
    }

    @Test("A single slow run is no drift")
    func once() { #expect(drift { $0 == 13 ? 1.9 : 1 }?.isSuspicious == false) }

    @Test("Models that were timed once say nothing of drift")
    func unrepeated() {
        #expect(Drift((0..<9).map { Drift.Run(model: "\($0)", milliseconds: Double($0 + 1)) }) == nil)
    }
}
