import Foundation
import Quantities
import Reports
import SwiftletKit
import Testing

@Suite("Calibration")
struct CalibrationTests {
    /// Writes three probes and fills in the times that a device half as fast as its profile would give.
    private func measured(in folder: TemporaryFolder, scale: Double) throws -> String {
        _ = try DeviceCommands.probes(
            ProbeRequest(
                device: "raspberry-pi-4", space: "tiny-image", count: 4, output: "\(folder.path)/probes"))
        let path = "\(folder.path)/probes/probes.csv"
        var lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\r\n").map(
            String.init)
        for index in lines.indices.dropFirst() {
            let model = "\(folder.path)/probes/probe-\(index).tflite"
            let estimate = try #require(try ModelCommands.predict(model, on: "raspberry-pi-4").latency)
            lines[index] += "\(estimate * scale)"
        }
        try lines.joined(separator: "\n").write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    /// Some cells of the space have branches that are multiplied by zero, which this device's runtime runs in part.
    @Test(
        "The files of probes cost what their architectures cost",
        arguments: ["raspberry-pi-4", "raspberry-pi-5"])
    func files(device: String) throws {
        let folder = try TemporaryFolder()
        let probes = "\(folder.path)/probes"
        _ = try DeviceCommands.probes(
            ProbeRequest(device: device, space: "nas-bench-201", count: 6, format: .tflite, output: probes))
        let predicted = try SpaceCommands.predict(
            space: "nas-bench-201", architectures: "\(probes)/probes.csv", on: device)
        for (index, row) in predicted.predictions.enumerated() {
            let file = try ModelCommands.predict("\(probes)/probe-\(index + 1).tflite", on: device)
            let (latency, expected) = (try #require(file.latency), try #require(row.latency))
            #expect(abs(latency / expected - 1) < 0.05, "\(row.architecture): \(latency) ms, \(expected) ms")
        }
    }

    @Test("Times of a slower device give a profile that predicts slower, and loads like a shipped one")
    func slower() throws {
        let folder = try TemporaryFolder()
        let output = "\(folder.path)/slow.yaml"
        _ = try DeviceCommands.calibrate(
            CalibrationRequest(
                device: "raspberry-pi-4", measurements: measured(in: folder, scale: 2), output: output))
        #expect(try DeviceCommands.validate([output]).devices.allSatisfy(\.valid))
        let model = "\(folder.path)/probes/probe-1.tflite"
        func latency(_ device: String) throws -> Double? {
            try ModelCommands.predict(model, on: device).latency
        }
        let (before, after) = (try #require(try latency("raspberry-pi-4")), try #require(try latency(output)))
        #expect(after / before > 1.3 && after / before < 2.7)
    }

    @Test(
        "Times in another unit are refused, naming the unit, and no profile is written",
        arguments: [1000, 0.001])
    func unit(scale: Double) throws {
        let folder = try TemporaryFolder()
        let output = "\(folder.path)/x.yaml"
        let measurements = try measured(in: folder, scale: scale)
        let error = #expect(throws: (any Error).self) {
            try DeviceCommands.calibrate(
                CalibrationRequest(
                    device: "raspberry-pi-4", measurements: measurements, output: output))
        }
        #expect(error.map { "\($0)".contains("unit") } == true)
        #expect(!FileManager.default.fileExists(atPath: output))
    }

    /// Four cells and plausible times on a Raspberry Pi 4.
    private static let times = """
        architecture,latency_ms,remark
        |nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|nor_conv_3x3~0|nor_conv_3x3~1|nor_conv_3x3~2|,60,a
        |nor_conv_1x1~0|+|nor_conv_1x1~0|nor_conv_1x1~1|+|nor_conv_1x1~0|nor_conv_1x1~1|nor_conv_1x1~2|,14,b
        |avg_pool_3x3~0|+|skip_connect~0|nor_conv_3x3~1|+|skip_connect~0|skip_connect~1|nor_conv_1x1~2|,22,c
        |skip_connect~0|+|skip_connect~0|skip_connect~1|+|nor_conv_3x3~0|skip_connect~1|nor_conv_3x3~2|,40,d
        """

    static let mistakes: [(from: String, to: String, says: String)] = [
        (",60,", ",0,", "times.csv:2: latency_ms is 0.0, expected a positive number"),
        (",60,", ",-3,", "times.csv:2: latency_ms is -3.0, expected a positive number"),
        (",60,", ",nan,", "times.csv:2: latency_ms: expected a finite number, got 'nan'"),
        (",60,", ",\"60,5\",", "times.csv:2: latency_ms: expected a finite number, got '60,5'; write '60.5'"),
        ("nor_conv_1x1~2|,14,", "nor_conv_7x7~2|,14,", "times.csv:3: '"),
        (
            "|skip_connect~0|+|skip_connect~0|skip_connect~1|+|nor_conv_3x3~0|skip_connect~1|nor_conv_3x3~2|",
            "|nor_conv_1x1~0|+|nor_conv_1x1~0|nor_conv_1x1~1|+|nor_conv_1x1~0|nor_conv_1x1~1|nor_conv_1x1~2|",
            "lines 3, 5 give"
        ),
        ("latency_ms", "latency", "latency_ms"),
        (",60,", ",,", "accepted"),
    ]

    @Test(
        "Times that cannot be right are refused with their place, and no profile is written",
        arguments: mistakes.indices)
    func impossibleTimes(index: Int) throws {
        let mistake = Self.mistakes[index]
        let text = Self.times.replacing(mistake.from, with: mistake.to)
        try #require(text != Self.times)
        let folder = try TemporaryFolder()
        let output = "\(folder.path)/x.yaml"
        let complaint = try complaint(text, device: "raspberry-pi-4", in: folder, output: output)
        #expect(complaint.contains(mistake.says), "\(complaint)")
        #expect(FileManager.default.fileExists(atPath: output) == (complaint == "accepted"))
    }

    @Test("A word in place of a time is refused without advice for data sets")
    func word() throws {
        let folder = try TemporaryFolder()
        let text = Self.times.replacing(",60,", with: ",fast,")
        let complaint = try complaint(
            text, device: "raspberry-pi-4", in: folder, output: "\(folder.path)/x.yaml")
        #expect(
            complaint.hasSuffix("times.csv:2: latency_ms: expected a finite number, got 'fast'"),
            "\(complaint)")
    }

    @Test("Where no model has dead branches, nothing is said of what the runtime does with them")
    func noDeadBranches() throws {
        let folder = try TemporaryFolder()
        let probes = ProbeRequest(
            device: "raspberry-pi-4", space: "tiny-image", count: 5, output: "\(folder.path)/probes",
            runner: RunnerRequest(
                command: "echo latency_ms: $(wc -c < {model} | awk '{ print $1 / 50000 }')",
                repeats: 1, secondsAllowed: 20))
        let answer = try DeviceCommands.calibrate(measuring: probes, output: "\(folder.path)/mine.yaml")
        #expect(
            answer.conclusion
                == "what its runtime does with dead branches cannot be told from these models")
    }

    @Test("Times that are the same for every model are said to tell nothing")
    func constantTimes() throws {
        let folder = try TemporaryFolder()
        func conclusion(_ text: String) throws -> String {
            let measurements = try folder.write(text, to: "times.csv")
            return try DeviceCommands.calibrate(
                CalibrationRequest(
                    device: "raspberry-pi-4", measurements: measurements, output: "\(folder.path)/x.yaml",
                    replacing: true)
            ).conclusion
        }
        #expect(try !conclusion(Self.times).contains("every model took"))
        let constant = Self.times.replacing(/,\d+,/, with: ",30,")
        #expect(
            try conclusion(constant).hasSuffix(
                "\nevery model took 30.0 ms, so the times say nothing of what makes a model slow: is it the model "
                    + "that is timed?"))
    }

    @Test("A malformed profile is refused with file, line and field, and no profile is written")
    func malformedProfile() throws {
        let folder = try TemporaryFolder()
        let shipped = ShippedFilesTests.root.appending(path: "device-profiles/raspberry-pi-4.yaml")
        let text = try String(contentsOf: shipped, encoding: .utf8).replacing(
            "clock_mhz: 1500", with: "clock_mhz: fast")
        let device = try folder.write(text, to: "mine.yaml")
        let output = "\(folder.path)/x.yaml"
        let complaint = try complaint(Self.times, device: device, in: folder, output: output)
        #expect(complaint.contains("compute.clock_mhz: expected a number"), "\(complaint)")
        #expect(!FileManager.default.fileExists(atPath: output))
    }

    private func complaint(_ times: String, device: String, in folder: TemporaryFolder, output: String) throws
        -> String
    {
        let request = CalibrationRequest(
            device: device, measurements: try folder.write(times, to: "times.csv"),
            space: "nas-bench-201", output: output)
        do {
            _ = try DeviceCommands.calibrate(request)
            return "accepted"
        } catch {
            return "\(error)"
        }
    }
}
