/// The jobs that were taken over from another database: what `merge` answers.
public struct MergeAnswer: Answer, Hashable {
    /// The database that has them now.
    public var database: String
    /// Their names.
    public var jobs: [String]
    /// The database that they came from; not part of the coding.
    public var source: String?

    enum CodingKeys: String, CodingKey { case database, jobs }

    /// A merge.
    public init(database: String, jobs: [String], source: String) {
        self.database = database
        self.jobs = jobs
        self.source = source
    }

    /// One row.
    public var csv: CSVRows { get throws { try CSVRows(of: [self]) } }

    /// One sentence.
    public func table(_ style: TableStyle) -> String {
        let source = source ?? "the other database"
        return jobs.isEmpty
            ? "\(source) has no jobs\n" : "\(database) has \(jobs.joined(separator: ", ")) of \(source)\n"
    }
}

/// A database whose pages, indices and references are in order: what `db check` answers.
public struct CheckAnswer: Answer, Hashable {
    /// The database.
    public var database: String
    /// Always true; damage is an error.
    public var isIntact: Bool
    /// How many jobs it has.
    public var jobs: Int
    /// Jobs whose folder is not beside the database, as it is with a backup; coded where there are some.
    public var withoutFolder: [String]?

    enum CodingKeys: String, CodingKey {
        case database
        case isIntact = "is_intact"
        case jobs
        case withoutFolder = "without_folder"
    }

    /// A database in order.
    public init(database: String, jobs: Int, withoutFolder: [String] = []) {
        self.database = database
        self.isIntact = true
        self.jobs = jobs
        self.withoutFolder = withoutFolder.isEmpty ? nil : withoutFolder
    }

    /// One row.
    public var csv: CSVRows { get throws { try CSVRows(of: [self]) } }

    /// One sentence.
    public func table(_ style: TableStyle) -> String {
        "\(database): in order, \(jobs) \(jobs == 1 ? "job" : "jobs")\n"
            + (withoutFolder.map { "the folders of \($0.joined(separator: ", ")) are not beside it\n" } ?? "")
    }
}

/// A copy of a database: what `db backup` answers.
public struct BackupAnswer: Answer, Hashable {
    /// The database.
    public var database: String
    /// The copy.
    public var backup: String

    /// A copy.
    public init(database: String, backup: String) {
        self.database = database
        self.backup = backup
    }

    /// One row.
    public var csv: CSVRows { get throws { try CSVRows(of: [self]) } }

    /// One sentence.
    public func table(_ style: TableStyle) -> String { "\(backup): written\n" }
}

/// A page that was written: what `report` answers.
public struct ReportAnswer: Answer, Hashable {
    /// The job's name.
    public var job: String
    /// The page's file.
    public var report: String

    /// A page.
    public init(job: String, report: String) {
        self.job = job
        self.report = report
    }

    /// One row.
    public var csv: CSVRows { get throws { try CSVRows(of: [self]) } }

    /// One sentence.
    public func table(_ style: TableStyle) -> String { "\(report): written\n" }
}

/// A job that was renamed, copied or deleted: what `jobs rename`, `jobs copy` and `jobs delete` answer.
public struct JobChangeAnswer: Answer, Hashable {
    /// What became of a job.
    public enum Change: String, Codable, Hashable, Sendable { case renamed, copied, deleted }

    /// The job's name before.
    public var job: String
    /// What became of it.
    public var change: Change
    /// The new name, or that of the copy; nil for a job that is gone.
    public var name: String?

    /// A changed job.
    public init(job: String, change: Change, name: String?) {
        self.job = job
        self.change = change
        self.name = name
    }

    /// One row.
    public var csv: CSVRows { get throws { try CSVRows(of: [self]) } }

    /// One sentence.
    public func table(_ style: TableStyle) -> String {
        switch change {
        case .renamed: "\(job) is called \(name ?? job) now\n"
        case .copied: "\(name ?? job) is a copy of \(job); its next search may be guided otherwise\n"
        case .deleted: "\(job) is deleted\n"
        }
    }
}
