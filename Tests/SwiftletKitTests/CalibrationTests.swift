import Foundation
import SwiftletKit
import Testing

@Suite("Calibration")
struct CalibrationTests {
    /// Writes three probes and fills in the times that a device half as fast as its profile would give.
    private func measured(in folder: TemporaryFolder, scale: Double) throws -> String {
        _ = try DeviceCommands.probes(
            ProbeRequest(
                device: "raspberry-pi-4", space: "tiny-image", count: 4, candidates: nil, format: nil,
                output: "\(folder.path)/probes"))
        let path = "\(folder.path)/probes/probes.csv"
        var lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\r\n").map(
            String.init)
        for index in lines.indices.dropFirst() {
            let model = "\(folder.path)/probes/probe-\(index).tflite"
            let answer = try ModelCommands.predict(model, device: "raspberry-pi-4", memory: nil)
            guard case .record(let record) = answer.json, case .number(let estimate)? = record["latency_ms"]
            else {
                throw CommandError("no estimate")
            }
            lines[index] += "\(estimate * scale)"
        }
        try lines.joined(separator: "\n").write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    @Test("Times of a slower device give a profile that predicts slower, and loads like a shipped one")
    func slower() throws {
        let folder = try TemporaryFolder()
        let output = "\(folder.path)/slow.yaml"
        _ = try DeviceCommands.calibrate(
            CalibrationRequest(
                device: "raspberry-pi-4", measurements: measured(in: folder, scale: 2), unit: "ms",
                space: nil,
                output: output))
        #expect(try DeviceCommands.validate([output]).status == .done)
        let model = "\(folder.path)/probes/probe-1.tflite"
        func latency(_ device: String) throws -> Double? {
            guard
                case .record(let record) = try ModelCommands.predict(model, device: device, memory: nil).json,
                case .number(let value)? = record["latency_ms"]
            else { return nil }
            return value
        }
        let (before, after) = (try #require(try latency("raspberry-pi-4")), try #require(try latency(output)))
        #expect(after / before > 1.3 && after / before < 2.7)
    }

    @Test("Times in another unit are refused, naming --unit, and no profile is written")
    func unit() throws {
        let folder = try TemporaryFolder()
        let output = "\(folder.path)/x.yaml"
        let measurements = try measured(in: folder, scale: 1000)
        let error = #expect(throws: (any Error).self) {
            try DeviceCommands.calibrate(
                CalibrationRequest(
                    device: "raspberry-pi-4", measurements: measurements, unit: "ms", space: nil,
                    output: output))
        }
        #expect(error.map { "\($0)".contains("--unit") } == true)
        #expect(!FileManager.default.fileExists(atPath: output))
    }
}
