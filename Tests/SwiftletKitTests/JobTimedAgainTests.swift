import Foundation
import Quantities
import Reports
import SwiftletKit
import Synchronization
import Testing

/// A job whose device is 1.3 times as slow as its profile says, and whose runner is wrong about one network.
@Suite("A job's runner takes doubtful times again")
struct JobTimedAgainTests {
    private let folder: TemporaryFolder
    private let disturbed: String

    /// Lays the times that networks have on the device in the file `times`, by the checksums of their files.
    init() async throws {
        let folder = try TemporaryFolder()
        self.folder = folder
        let models = "\(folder.path)/models"
        try FileManager.default.createDirectory(atPath: models, withIntermediateDirectories: true)
        // The first networks of a job that ends there are its probes.
        let keeping =
            "test $(ls '\(models)' | wc -l) -lt 12 || exit 1; n=$(cksum < {model} | cut -d' ' -f1); "
            + "cp {model} '\(models)/'$n.tflite; echo latency_ms: 1"
        await #expect(throws: (any Error).self) {
            try await JobTimedAgainTests.run(keeping, named: "first", in: folder)
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: models).sorted()
        try #require(names.count == 12)
        var lines: [String] = []
        for (index, name) in names.enumerated() {
            let estimate = try #require(
                try ModelCommands.predict("\(models)/\(name)", on: "raspberry-pi-4").latency)
            lines.append(
                "\(name.dropLast(7)) \(1.3 * (index.isMultiple(of: 2) ? 1.005 : 0.995) * estimate)\n")
        }
        disturbed = String(names[5].dropLast(7))
        _ = try folder.write(lines.joined(), to: "times")
    }

    /// What a job reports whose runner is that command.
    @discardableResult
    private static func run(
        _ command: String, named name: String = "small", in folder: TemporaryFolder
    ) async throws -> [JobProgress] {
        let text = SmallJob.text.replacing("name: small", with: "name: \(name)").replacing(
            "devices: [host-cpu, raspberry-pi-4, stm32h743]",
            with: "devices: [{name: raspberry-pi-4, runner: \"\(command)\"}, stm32h743]")
        let seen = Mutex<[JobProgress]>([])
        try await SmallJob.run(in: folder, text: text) { progress in
            seen.withLock { $0.append(progress) }
        }
        return seen.withLock { $0 }
    }

    /// A command that knows the networks' times, `k` counting the disturbed one's runs; finalists take a millisecond.
    private func runner(disturbing factor: String) -> String {
        "n=$(cksum < {model} | cut -d' ' -f1); echo x >> '\(folder.path)/'$n; "
            + "awk -v n=$n -v k=$(wc -l < '\(folder.path)/'$n) 'BEGIN { t = 1 } "
            + "$1 == n { t = $2 * (n == \(disturbed) ? \(factor) : 1) } END { print \\\"latency_ms:\\\", t }' "
            + "'\(folder.path)/times'"
    }

    private func runs(of network: String) throws -> Int {
        try String(contentsOfFile: "\(folder.path)/\(network)", encoding: .utf8).count / 2
    }

    @Test("A time that is wrong once is taken again, and no warning is left")
    func wrongOnce() async throws {
        let command = runner(disturbing: "(k == 1 ? 2 : 1)")
        let reports = try await JobTimedAgainTests.run(command, in: folder)
        #expect(reports.filter { $0.text == "timing raspberry-pi-4 again: network 1 of 1" }.count == 1)
        #expect(!reports.contains { $0.text.contains("times what the other networks say") })
        #expect(try runs(of: disturbed) == 2)
        // What goes on asks for nothing again.
        try await JobTimedAgainTests.run(command, in: folder)
        #expect(try runs(of: disturbed) == 2)
    }

    @Test("A time that is confirmed is said once, and counts")
    func confirmed() async throws {
        let reports = try await JobTimedAgainTests.run(runner(disturbing: "2"), in: folder)
        #expect(try runs(of: disturbed) == 2)
        let warnings = reports.filter { $0.text.contains("times what the other networks say") }
        #expect(warnings.count == 1, "\(warnings.map(\.text))")
    }
}
