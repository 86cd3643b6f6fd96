extension Compression: CustomStringConvertible {
    /// The steps joined by `>`, or `none`; `init(parsing:)` reads it back.
    public var description: String {
        steps.isEmpty ? "none" : steps.map(\.description).joined(separator: ">")
    }

    /// Reads `none` or steps such as `distill(largest)>structured(0.5;stem=0.25)>finetune(3)>int8(head=float32)`.
    public init(parsing text: String) throws(CompressionError) {
        if text == "none" || text.isEmpty {
            self = .none
            return
        }
        var steps: [Step] = []
        for part in text.split(separator: ">", omittingEmptySubsequences: false) {
            steps.append(try Step(parsing: part.trimmed))
        }
        try self.init(steps)
    }
}

extension Compression.Step: CustomStringConvertible {
    /// The step as `Compression.init(parsing:)` reads it back.
    public var description: String {
        switch self {
        case .distill(let teacher, let featureWeight):
            "distill(\(teacher.escaped)\(featureWeight == 0 ? "" : ";features=\(featureWeight)"))"
        case .structured(let ratios): "structured(\(ratios.text))"
        case .magnitude(let ratios): "magnitude(\(ratios.text))"
        case .pattern(let kept, let group): "\(kept):\(group)"
        case .dynamic(let ratios, let regrows): "\(regrows ? "rigl" : "dynamic")(\(ratios.text))"
        case .finetune(let epochs): "finetune(\(epochs))"
        case .precision(let assignment, let isTrained, let scales):
            assignment.general.rawValue + (isTrained ? "-qat" : "") + Self.argument(assignment, scales)
        }
    }

    /// What a step of precision has in parentheses: nothing, or `per-tensor;stem=float32`.
    private static func argument(_ assignment: Assignment<Precision>, _ scales: WeightScales) -> String {
        let items =
            (scales == .perChannel ? [] : [scales.rawValue])
            + (assignment.exceptions.isEmpty ? [] : [assignment.exceptionText(\.rawValue)])
        return items.isEmpty ? "" : "(\(items.joined(separator: ";")))"
    }

    init(parsing text: String) throws(CompressionError) {
        let (name, argument) = try Self.split(text)
        func ratios() throws(CompressionError) -> Assignment<Double> {
            guard let first = argument?.split(separator: ";").first, let general = Double(first.trimmed)
            else {
                throw CompressionError(text, "needs a ratio, as in '\(name)(0.5)'")
            }
            let rest = (argument ?? "").dropFirst(first.count + 1)
            return Assignment(
                general, exceptions: try Self.exceptions(rest, in: text) { Double($0) })
        }
        switch name {
        case "distill": self = try Self.distillation(argument ?? "", in: text)
        case "structured": self = .structured(try ratios())
        case "magnitude": self = .magnitude(try ratios())
        case "dynamic": self = .dynamic(try ratios(), regrows: false)
        case "rigl": self = .dynamic(try ratios(), regrows: true)
        case "finetune":
            guard let epochs = argument.flatMap({ Int($0.trimmed) }) else {
                throw CompressionError(text, "needs a number of epochs, as in 'finetune(3)'")
            }
            self = .finetune(epochs: epochs)
        default: self = try Self.patternOrPrecision(text, name: name, argument: argument)
        }
    }

    /// Reads `teacher` or `teacher;features=weight`.
    private static func distillation(_ argument: String, in text: String) throws(CompressionError) -> Self {
        let parts = argument.split(separator: ";", omittingEmptySubsequences: false).map(\.trimmed)
        let teacher = (parts.first ?? "").unescaped
        guard parts.count > 1 else { return .distill(teacher: teacher) }
        let sides = parts[1].split(separator: "=").map(\.trimmed)
        guard parts.count == 2, sides.count == 2, sides[0] == "features", let weight = Double(sides[1]) else {
            throw CompressionError(
                text,
                "takes a teacher and perhaps the weight of feature matching, as in 'distill(largest;features=10)'"
            )
        }
        return .distill(teacher: teacher, featureWeight: weight)
    }

    private static func patternOrPrecision(
        _ text: String, name: String, argument: String?
    ) throws(CompressionError) -> Self {
        let numbers = name.split(separator: ":").map { Int($0) }
        if numbers.count == 2, argument == nil, let kept = numbers[0], let group = numbers[1] {
            return .pattern(kept: kept, group: group)
        }
        let isTrained = name.hasSuffix("-qat")
        guard let general = Precision(rawValue: isTrained ? String(name.dropLast(4)) : name) else {
            throw CompressionError(
                text,
                "is none of distill(teacher), structured(ratio), magnitude(ratio), n:m, dynamic(ratio), rigl(ratio), finetune(epochs), "
                    + "int8, int8-qat, int8(per-tensor), float16, bfloat16, binary")
        }
        var rest = (argument ?? "")[...]
        let first = rest.prefix { $0 != ";" }
        let scales = WeightScales(rawValue: first.trimmed)
        if scales != nil { rest = rest.dropFirst(first.count + 1) }
        let exceptions = try exceptions(rest, in: text) { Precision(rawValue: $0) }
        return .precision(
            Assignment(general, exceptions: exceptions), isTrained: isTrained, scales: scales ?? .perChannel)
    }

    /// `name(argument)` or `name`.
    private static func split(_ text: String) throws(CompressionError) -> (name: String, argument: String?) {
        guard let open = text.firstIndex(of: "(") else { return (text, nil) }
        guard text.last == ")" else { throw CompressionError(text, "lacks a closing parenthesis") }
        return (String(text[..<open]), String(text[text.index(after: open)...].dropLast()))
    }

    /// Reads `name=choice;name=choice`.
    private static func exceptions<Choice: Hashable & Sendable>(
        _ list: some StringProtocol, in text: String, choice: (String) -> Choice?
    ) throws(CompressionError) -> [Assignment<Choice>.Exception] {
        var exceptions: [Assignment<Choice>.Exception] = []
        for item in list.split(separator: ";") {
            let sides = item.split(separator: "=").map(\.trimmed)
            guard sides.count == 2, let choice = choice(sides[1]) else {
                throw CompressionError(text, "'\(item)' is not of the form layer=choice")
            }
            exceptions.append(.init(sides[0].unescaped, choice))
        }
        return exceptions
    }
}

extension Assignment<Double> {
    fileprivate var text: String {
        exceptions.isEmpty ? "\(general)" : "\(general);\(exceptionText { "\($0)" })"
    }
}

extension Assignment {
    fileprivate func exceptionText(_ text: (Choice) -> String) -> String {
        exceptions.map { "\($0.name.escaped)=\(text($0.choice))" }.joined(separator: ";")
    }
}

extension StringProtocol {
    fileprivate var trimmed: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }

    /// Letters that the notation needs for itself become %XX.
    fileprivate var escaped: String {
        let reserved = Set("%>()=; ,\"\n\r\t")
        return map { letter in
            guard reserved.contains(letter), let code = letter.asciiValue else { return String(letter) }
            let digits = String(code, radix: 16, uppercase: true)
            return "%" + (digits.count == 1 ? "0" : "") + digits
        }.joined()
    }

    fileprivate var unescaped: String {
        var result = ""
        var rest = self[...]
        while let letter = rest.popFirst() {
            if letter == "%", let code = UInt8(rest.prefix(2), radix: 16), rest.count >= 2 {
                result.unicodeScalars.append(Unicode.Scalar(code))
                rest = rest.dropFirst(2)
            } else {
                result.append(letter)
            }
        }
        return result
    }
}
