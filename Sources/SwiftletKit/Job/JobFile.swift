import Quantities
public import YAMLReader

/// A job file as written: parsed and checked by itself, before data, space and devices are looked at.
///
/// The format stands in docs/jobs.md; relative paths are relative to the folder of the file.
public struct JobFile: Sendable {
    public var file: String
    public var name: String
    public var dataset: DatasetSection
    public var subject: Subject
    public var compression: CompressionSection
    public var devices: [Located<String>]
    public var objectives: [Located<String>]
    public var constraints: [ConstraintSection]
    public var reserve: ReserveSection
    public var training: TrainingSection
    public var search: SearchSection
    public var finalists: FinalistSection

    /// What is searched: the architectures of a space, or compressions of one model.
    public enum Subject: Sendable {
        case space(Located<String>)
        case model(Located<String>)
    }

    /// A value and the node it stood at, for complaints that only arise later.
    public struct Located<Value: Sendable>: Sendable {
        public var value: Value
        public var node: YAMLNode
    }
}

extension JobFile {
    /// Reads the text of a job file; `file` is the name that errors carry.
    public init(parsing text: String, file: String) throws {
        let root = try YAMLNode(parsing: text, file: file)
        try root.allow(keys: [
            "version", "name", "dataset", "space", "model", "compression", "devices", "objectives",
            "constraints",
            "reserve", "training", "search", "finalists",
        ])
        let version = try root.required("version")
        guard try version.int() == 1 else {
            throw version.error("this release reads version 1, got \(version.summary)")
        }
        self.file = file
        name = try JobFile.name(root.required("name"))
        subject = try JobFile.subject(root)
        dataset = try DatasetSection(root.required("dataset"))
        compression = try CompressionSection(root.optional("compression"))
        devices = try JobFile.texts(root.required("devices"))
        objectives = try root.optional("objectives").map(JobFile.texts) ?? []
        constraints = try root.optional("constraints")?.list().map(ConstraintSection.init) ?? []
        reserve = try ReserveSection(root.optional("reserve"))
        training = try TrainingSection(root.optional("training"))
        search = try SearchSection(root.optional("search"))
        finalists = try FinalistSection(root.optional("finalists"))
    }

    /// The name becomes a folder, so it is kept to letters that every file system takes.
    private static func name(_ node: YAMLNode) throws(YAMLError) -> String {
        let name = try node.string()
        let isSafe = name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
        guard isSafe, !name.isEmpty, name.count <= 100, !name.hasPrefix(".") else {
            throw node.error("expected letters, digits, '-', '_' and '.', got '\(name)'")
        }
        return name
    }

    private static func subject(_ root: YAMLNode) throws(YAMLError) -> Subject {
        switch (try root.optional("space"), try root.optional("model")) {
        case (let space?, nil): return .space(Located(value: try space.string(), node: space))
        case (nil, let model?): return .model(Located(value: try model.string(), node: model))
        case (nil, nil): throw root.error("lacks the key 'space' (or 'model')")
        case (_, let model?): throw model.error("a job has either a space or a model, not both")
        }
    }

    static func texts(_ node: YAMLNode) throws(YAMLError) -> [Located<String>] {
        var texts: [Located<String>] = []
        for item in try node.list() { texts.append(Located(value: try item.string(), node: item)) }
        guard !texts.isEmpty else { throw node.error("expected at least one entry") }
        for (index, text) in texts.enumerated()
        where texts[..<index].contains(where: { $0.value == text.value }) {
            throw text.node.error("'\(text.value)' stands twice")
        }
        return texts
    }
}

extension YAMLNode {
    /// A whole number within a range.
    func int(in range: ClosedRange<Int>) throws(YAMLError) -> Int {
        let value = try int()
        guard range.contains(value) else {
            throw error("expected a number from \(range.lowerBound) to \(range.upperBound), got \(value)")
        }
        return value
    }

    /// A number within a range.
    func double(in range: ClosedRange<Double>) throws(YAMLError) -> Double {
        let value = try double()
        guard range.contains(value) else {
            throw error("expected a number from \(range.lowerBound) to \(range.upperBound), got \(value)")
        }
        return value
    }

    /// One of a closed set of words.
    func choice<Word: RawRepresentable & CaseIterable>(_ type: Word.Type) throws(YAMLError) -> Word
    where Word.RawValue == String {
        let text = try string()
        guard let word = Word(rawValue: text) else {
            let known = Word.allCases.map(\.rawValue).joined(separator: ", ")
            throw error("expected one of \(known), got '\(text)'")
        }
        return word
    }

    /// A time such as `90`, `90s`, `10m` or `2h`, in seconds.
    func seconds() throws(YAMLError) -> Double {
        let text = try string()
        guard let seconds = Unit.seconds.value(parsing: text), seconds > 0, seconds < 1e9 else {
            throw error("expected a time such as 90s, 10m or 2h, got '\(text)'")
        }
        return seconds
    }
}
