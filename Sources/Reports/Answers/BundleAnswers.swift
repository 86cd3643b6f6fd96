/// A candidate as a folder that ships: what `export` answers.
public struct ExportAnswer: Answer, Hashable {
    /// The job's name.
    public var job: String
    /// The candidate's id.
    public var candidate: String
    /// The folder that was written.
    public var output: String
    /// The names of its files.
    public var files: [String]
    /// Formats that cannot hold the model, each with the reason.
    public var leftOut: [String]

    enum CodingKeys: String, CodingKey {
        case job, candidate, output, files
        case leftOut = "left_out"
    }

    /// A folder that was written.
    public init(job: String, candidate: String, output: String, files: [String], leftOut: [String]) {
        self.job = job
        self.candidate = candidate
        self.output = output
        self.files = files
        self.leftOut = leftOut
    }

    private struct Row: Encodable { let file: String }

    /// One row a file.
    public var csv: CSVRows { get throws { try CSVRows(["file"], of: files.map(Row.init)) } }

    /// The folder, and one line a file.
    public func table(_ style: TableStyle) -> String {
        "\(output)\n" + files.map { "  \($0)\n" }.joined()
            + leftOut.map { "left out: \($0)\n" }.joined()
    }
}

/// Whether a folder is what an export wrote, and its models answer as they should: what `verify` answers.
public struct VerifyAnswer: Answer, Hashable {
    /// The folder.
    public var bundle: String
    /// Whether all checks are good.
    public var isGood: Bool
    /// One entry a check.
    public var checks: [CheckedFileAnswer]

    enum CodingKeys: String, CodingKey {
        case bundle
        case isGood = "good"
        case checks
    }

    /// The checks of a folder.
    public init(bundle: String, checks: [CheckedFileAnswer]) {
        self.bundle = bundle
        isGood = checks.allSatisfy(\.isGood)
        self.checks = checks
    }

    /// One row a check.
    public var csv: CSVRows {
        get throws { try CSVRows(CheckedFileAnswer.CodingKeys.allCases.map(\.rawValue), of: checks) }
    }

    /// One line a check.
    public func table(_ style: TableStyle) -> String {
        checks.map { "\($0.isGood ? "✓" : "✗") \($0.file.padded(to: 18)) \($0.result)\n" }.joined()
    }
}

/// What was found out about one file of a bundle.
public struct CheckedFileAnswer: Codable, Hashable, Sendable {
    /// The file, or `preprocessing`.
    public var file: String
    /// What was found.
    public var result: String
    /// Whether it is as it should be.
    public var isGood: Bool

    enum CodingKeys: String, CodingKey, CaseIterable {
        case file, result
        case isGood = "good"
    }

    /// A check.
    public init(file: String, result: String, isGood: Bool) {
        self.file = file
        self.result = result
        self.isGood = isGood
    }
}
