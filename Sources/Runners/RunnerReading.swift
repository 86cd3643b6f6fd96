import Foundation

/// What a runner printed of one model.
public struct RunnerReading: Hashable, Sendable {
    /// Of one inference, batch 1.
    public var milliseconds: Double
    /// Of one inference; nil where the runner does not say.
    public var millijoules: Double?
    /// Where it ran, such as a host name; nil where the runner does not say.
    public var machine: String?

    /// A time, and what may be known besides.
    public init(milliseconds: Double, millijoules: Double? = nil, machine: String? = nil) {
        self.milliseconds = milliseconds
        self.millijoules = millijoules
        self.machine = machine
    }

    /// Reads what a runner printed.
    ///
    /// The last of these that stands there is taken:
    ///
    /// - JSON with `latency_ms` (a number, a list of repeats or an object with `median`), and perhaps `energy_mj` and `machine`;
    /// - lines `latency_ms: 12.3`, and perhaps `energy_mj: 4.5` and `machine: NAME`; `=` or a blank may stand for the colon;
    /// - TensorFlow Lite's `benchmark_model`: `Inference (avg): 12300`, microseconds.
    public init(parsing output: String) throws(RunnerError) {
        let lines = output.split(whereSeparator: \.isNewline).map {
            $0.trimmingCharacters(in: .whitespaces)
        }.filter { !$0.isEmpty }
        guard let last = lines.last else { throw .silent }
        if let object = RunnerReading.object(output, lines) {
            try self.init(object, last: last)
        } else if let latency = RunnerReading.value("latency_ms", lines) {
            try self.init(
                latency: latency, energy: RunnerReading.value("energy_mj", lines),
                machine: RunnerReading.value("machine", lines))
        } else if let average = RunnerReading.averageMicroseconds(lines) {
            self.init(
                milliseconds: try RunnerReading.positive("Inference (avg)", average) / 1000,
                machine: RunnerReading.value("machine", lines))
        } else if let line = lines.last(where: RunnerReading.namesOtherUnit) {
            throw .otherUnit(line: String(line.prefix(80)))
        } else {
            throw .unreadable(line: String(last.prefix(80)))
        }
    }

    private init(latency: String, energy: String?, machine: String?) throws(RunnerError) {
        self.init(
            milliseconds: try RunnerReading.positive("latency_ms", latency),
            millijoules: try energy.map { text throws(RunnerError) in
                try RunnerReading.positive("energy_mj", text)
            }, machine: machine)
    }

    private init(_ object: [String: Any], last: String) throws(RunnerError) {
        guard let latency = object["latency_ms"].flatMap(RunnerReading.median) else {
            let names = object.keys.sorted().first { $0.hasPrefix("latency") || $0.hasPrefix("time") }
            if let names, names != "latency_ms" { throw .otherUnit(line: names) }
            throw .unreadable(line: String(last.prefix(80)))
        }
        try self.init(
            latency: "\(latency)", energy: object["energy_mj"].flatMap(RunnerReading.median).map { "\($0)" },
            machine: object["machine"] as? String)
    }
}

extension RunnerReading {
    /// The whole output, or else its last line that is a JSON object.
    private static func object(_ output: String, _ lines: [String]) -> [String: Any]? {
        for text in [output] + lines.reversed() where text.contains("{") {
            let object = try? JSONSerialization.jsonObject(with: Data(text.utf8))
            if let object = object as? [String: Any] { return object }
        }
        return nil
    }

    /// A number, the middle of a list of numbers, or the entry `median` of an object.
    private static func median(_ value: Any) -> Double? {
        switch value {
        case let number as Double: return number
        case let numbers as [Double]:
            let sorted = numbers.sorted()
            guard !sorted.isEmpty else { return nil }
            return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
        case let object as [String: Any]: return object["median"] as? Double
        default: return nil
        }
    }

    /// What follows a key on the last line that begins with it.
    private static func value(_ key: String, _ lines: [String]) -> String? {
        let line = lines.last { line in
            line.hasPrefix(key) && line.dropFirst(key.count).first.map { ":= \t".contains($0) } == true
        }
        return line.map { String($0.dropFirst(key.count).drop { ":= \t".contains($0) }) }
    }

    private static func averageMicroseconds(_ lines: [String]) -> String? {
        let key = "Inference (avg): "
        return lines.reversed().lazy.compactMap { line in
            line.range(of: key).map { String(line[$0.upperBound...].prefix { "0123456789.e+".contains($0) }) }
        }.first
    }

    /// Whether a line holds a time that is not `latency_ms`.
    private static func namesOtherUnit(_ line: String) -> Bool {
        let words = line.lowercased().split { !$0.isLetter && $0 != "_" && $0 != "µ" }
        let units = ["us", "µs", "ns", "s", "sec", "seconds", "microseconds", "ms", "milliseconds"]
        return line.contains(where: \.isNumber)
            && words.contains { word in
                units.contains(String(word))
                    || ["latency_", "time_"].contains { word.hasPrefix($0) }
            }
    }

    private static func positive(_ key: String, _ text: String) throws(RunnerError) -> Double {
        guard let value = Double(text.prefix { !$0.isWhitespace }) else {
            throw .impossible(key: key, value: "'\(text.prefix(40))'")
        }
        // A unit after the number must be the one of the key.
        let unit = text.drop { !$0.isWhitespace }.trimmingCharacters(in: .whitespaces)
        guard unit.isEmpty || key.hasSuffix("_\(unit.lowercased())") else {
            let line = "\(key): \(text.prefix(60))"
            throw namesOtherUnit("1 \(unit)") ? .otherUnit(line: line) : .unreadable(line: line)
        }
        guard value.isFinite, value > 0 else { throw .impossible(key: key, value: "\(value)") }
        return value
    }
}
