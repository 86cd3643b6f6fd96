import Candidates
import Datasets
import Determinism
public import Devices
import ModelCompression
public import Quantities
public import Search
public import SearchSpaces
import YAMLReader

/// A job resolved against spaces, devices and metrics: everything checked that can be checked without the data.
public struct ResolvedJob: Sendable {
    public let file: JobFile
    public let space: SearchSpace
    public private(set) var devices: [String]
    /// One a device; none for table jobs, whose costs are looked up.
    public private(set) var profiles: [DeviceProfile]
    /// The quality first, then the costs.
    public let objectives: [Metric]
    public private(set) var constraints: [Constraint]
    public let reserve: Reserve
    public let seed: UInt64
    /// What samples become before they are read, where job or model say so; else it is fitted to the training part.
    let normalization: Normalization?
    /// Hashes of the space's and the devices' files, so that a job is not resumed on others.
    private let sources: Record

    /// The folder that relative paths of the job file are relative to.
    public var folder: String { ResolvedJob.folder(of: file.file) }

    static func folder(of path: String) -> String {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        return parts.isEmpty ? "." : parts.joined(separator: "/")
    }

    /// Resolves a job; `seed` replaces the file's own.
    public init(_ file: JobFile, seed: Int? = nil) throws {
        self.file = file
        let folder = ResolvedJob.folder(of: file.file)
        let subject = try ResolvedJob.subject(file, folder: folder)
        space = subject.space
        normalization = file.dataset.preprocessing.map { Normalization($0) } ?? subject.normalization
        profiles = file.dataset.table == nil ? try ResolvedJob.profiles(file, folder: folder) : []
        devices = profiles.isEmpty ? file.devices.map(\.value) : profiles.map(\.name)
        objectives = try ResolvedJob.objectives(file)
        constraints = try file.constraints.map {
            try ResolvedJob.constraint($0, devices: file.devices.map(\.value))
        }
        if file.compression.maxDrop != nil, file.finalists.isEveryone {
            throw CommandError(
                "\(file.file): compression.max_drop is for finalists; with 'per_device: all' there is no choosing them"
            )
        }
        reserve = Reserve(
            ramBytes: try ResolvedJob.bytes(file.reserve.ram, .peakRAM),
            flashBytes: try ResolvedJob.bytes(file.reserve.flash, .flash))
        if let seed, seed < 0 { throw CommandError("--seed must not be negative") }
        self.seed = UInt64(seed ?? file.search.seed)
        sources = Record(
            [("space", .text(subject.hash))]
                + profiles.map { ($0.name, .text(SHA256.hex(String(describing: $0)))) })
    }

    /// The same job for one device, which it need not name.
    func priced(on profile: DeviceProfile) -> ResolvedJob {
        var copy = self
        (copy.devices, copy.profiles) = ([profile.name], [profile])
        copy.constraints = constraints.filter { $0.applies(to: profile.name) }
        return copy
    }

    private static func profiles(_ file: JobFile, folder: String) throws -> [DeviceProfile] {
        let shelf = try DeviceShelf()
        return try file.devices.map { device in
            do {
                return try shelf.profile(device.value, relativeTo: folder)
            } catch let error as CommandError {
                throw device.node.error(error.description)
            }
        }
    }

    private static func subject(_ file: JobFile, folder: String) throws -> JobSubject {
        switch file.subject {
        case .space(let name):
            if let scope = file.compression.precisionPer {
                throw scope.node.error("belongs to a job with a model; a space's file says what it offers")
            }
            let text = try ShippedFiles.find(name.value, in: "search-spaces", relativeTo: folder)
            let whole = try SearchSpace(parsing: text.text, file: text.name)
            return JobSubject(
                space: try narrowed(whole, file.compression), hash: SHA256.hex(text.text))
        case .model(let path): return try given(path, file.compression, folder: folder)
        }
    }

    private static func narrowed(_ space: SearchSpace, _ section: JobFile.CompressionSection) throws
        -> SearchSpace
    {
        let parts = [
            ("precision", section.precision), ("pruning", section.pruning), ("recipe", section.recipe),
        ]
        var narrowed = space
        for (key, options) in parts {
            guard let options, let first = options.first else { continue }
            do {
                narrowed = try narrowed.narrowed(compression: [(key, options.map(\.value))])
            } catch {
                throw first.node.error(error.sentenceAtItsPlace)
            }
        }
        return narrowed
    }

    private static func objectives(_ file: JobFile) throws -> [Metric] {
        guard !file.objectives.isEmpty else { return [.accuracy, .latency] }
        let metrics = try file.objectives.map { try metric($0) }
        guard metrics.contains(.accuracy), metrics.count > 1, let first = file.objectives.first else {
            throw file.objectives[0].node.error(
                "a front needs 'accuracy' and at least one cost such as latency_ms")
        }
        guard !metrics.contains(.macs), !metrics.contains(.parameters) else {
            throw first.node.error(
                "objectives are accuracy, latency_ms, energy_mj, peak_ram_bytes, flash_bytes, model_bytes")
        }
        return [.accuracy] + metrics.filter { $0 != .accuracy }
    }

    private static func metric(_ name: JobFile.Located<String>) throws -> Metric {
        guard let metric = Metric(rawValue: name.value) else {
            let known = Metric.allCases.map(\.rawValue).joined(separator: ", ")
            throw name.node.error("unknown metric '\(name.value)'; known: \(known)")
        }
        return metric
    }

    private static func constraint(_ section: JobFile.ConstraintSection, devices: [String]) throws
        -> Constraint
    {
        if let device = section.device, !devices.contains(device.value) {
            throw device.node.error("'\(device.value)' is not among the job's devices")
        }
        let metric = try metric(section.metric)
        do {
            let limit = try metric.value(parsing: section.limit.value)
            return try Constraint(
                device: section.device?.value, metric,
                section.isUpperBound ? .atMost(limit) : .atLeast(limit),
                confidence: section.confidence)
        } catch {
            throw section.limit.node.error(String(describing: error))
        }
    }

    private static func bytes(_ text: JobFile.Located<String>?, _ metric: Metric) throws -> Int {
        guard let text else { return 0 }
        do {
            return Int(min(try metric.value(parsing: text.value), 1e15))
        } catch {
            throw text.node.error(String(describing: error))
        }
    }
}

extension ResolvedJob {
    /// Everything that decides the outcome, as it is stored and hashed: no budget, no threads, no paths.
    public var identity: Record {
        var record: Record = [
            "name": .text(file.name),
            "dataset": .record(file.dataset.identity),
            "space": .text("\(space.name) version \(space.version)"),
            "compression": .list(
                space.dimensions.filter { $0.role == .compression }.map { dimension in
                    .text("\(dimension.name): \(dimension.options.joined(separator: ", "))")
                }),
            "devices": .list(devices.map(Field.text)),
            "objectives": .list(objectives.map { .text($0.rawValue) }),
            "constraints": .list(constraints.map { .text($0.description) }),
            "reserve": .list([.integer(reserve.ramBytes), .integer(reserve.flashBytes)]),
            "training": .record(file.training.identity),
            "search": .record([
                "strategy": .text(file.search.strategy?.value ?? "nsga2"), "seed": .text(String(seed)),
                "batch": .integer(file.search.batch), "use_host_times": .flag(file.search.usesHostTimes),
            ]),
            "finalists": .record([
                "per_device": file.finalists.isEveryone ? .text("all") : .integer(file.finalists.perDevice),
                "epochs": .number(file.finalists.epochs),
                "fine_tune": .number(orUnknown: file.finalists.fineTuneEpochs),
                "distill": .flag(file.finalists.distills),
            ]),
            "max_drop": .number(orUnknown: file.compression.maxDrop),
            "sources": .record(sources),
        ]
        // Left out where there is nothing to say, as in jobs begun before these could be said.
        if let calibrator = file.compression.calibrator {
            record.append("calibrator", .text(calibrator.description))
        }
        if !space.fixedCompression.isEmpty {
            record.append("fixed_compression", .list(space.fixedCompression.map(Field.text)))
        }
        return record
    }

    /// The identity as key paths and values.
    public var keys: [String: String] { ResolvedJob.flattened(identity) }

    private static func flattened(_ record: Record, prefix: String = "") -> [String: String] {
        var keys: [String: String] = [:]
        for entry in record.entries {
            if case .record(let inner) = entry.value {
                keys.merge(flattened(inner, prefix: "\(prefix)\(entry.key).")) { first, _ in first }
            } else {
                keys[prefix + entry.key] = entry.value.exact
            }
        }
        return keys
    }
}

extension JobFile.DatasetSection {
    fileprivate var identity: Record {
        let test: Field =
            switch test {
            case .share(let share): .number(share)
            case .official: .text("official")
            case .pattern(let pattern): .text("pattern \(pattern)")
            }
        var record: Record = [
            "source": .text(source.rawValue), "task": .text(task.rawValue), "metric": .text(metric),
            "validation": .number(validation), "test": test, "split": .text(splitBy.rawValue),
            "split_seed": .integer(splitSeed),
        ]
        if let preprocessing {
            let numbers = preprocessing.offsets + preprocessing.scales
            record.append("preprocessing", .list(numbers.map(Field.number)))
        }
        if let table {
            record.append("accuracy", .text(table.accuracy.value))
            record.append(
                "costs",
                .list(
                    table.costs.flatMap { cost in
                        cost.columns.map { .text("\(cost.device) \($0.metric) \($0.column.value)") }
                    }))
        }
        return record
    }
}

extension JobFile.TrainingSection {
    fileprivate var identity: Record {
        [
            "mode": .text(mode.rawValue), "epochs": .number(epochs),
            "fine_tune": .number(orUnknown: fineTuneEpochs), "batch": .integer(batch),
            "optimizer": .text(optimizer.rawValue), "learning_rate": .number(orUnknown: learningRate),
            "channel_order": .text(channelOrder.rawValue),
            "augmentation": .list(augmentation?.map { .text($0.value) } ?? []),
        ]
    }
}

extension Field {
    /// The value as one line of text from which nothing is lost.
    fileprivate var exact: String {
        switch self {
        case .text(let text): text
        case .list(let items): items.map(\.exact).joined(separator: "; ")
        case .integer, .number, .flag, .unknown, .record: json()
        }
    }
}
