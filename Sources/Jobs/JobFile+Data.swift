import Candidates
import Datasets
import Quantities
import Search
import YAMLReader

extension JobFile {
    /// `dataset:` – samples to train on, or published measurements in their place.
    struct DataSection: Sendable {
        let data: JobData
        let node: YAMLNode
        /// The devices that a table names, each at its place; nil where there is no table.
        let tableDevices: [String]?

        init(_ node: YAMLNode, folder: String) throws(YAMLError) {
            self.node = node
            var keys = YAMLSection(node)
            let source = try keys.required("source").choice(DatasetSource.self)
            let path = try keys.path()
            let goal = try LearningGoal(&keys)
            var request = DatasetRequest(source: source, path: path.map { JobFile.path($0, in: folder) })
            request.table = try TabularOptions(&keys, goal.task, folder: folder)
            request.features =
                try keys.optional("sound").map { node throws(YAMLError) in
                    try LogMel(node)
                } ?? request.features
            request.pictures =
                try keys.optional("resize").map { node throws(YAMLError) in
                    try PictureOptions(node)
                } ?? request.pictures
            let rules = try SplitRules(&keys, &request, folder: folder)
            let normalization = try keys.optional("preprocessing").map { node throws(YAMLError) in
                try Normalization(node)
            }
            let table = try keys.optional("table").map { node throws(YAMLError) in
                try TableSource(node, metric: goal.metric, folder: folder)
            }
            try keys.end()
            guard (source == .table) == (table != nil) else {
                throw node.error("the source 'table' and the key 'table' belong together")
            }
            tableDevices = table?.columns.costs.map(\.device)
            data =
                table.map { .table($0) }
                ?? .samples(
                    SampleSource(request: request, rules: rules, goal: goal, normalization: normalization))
        }
    }

    /// A path as the program opens it.
    static func path(_ path: String, in folder: String) -> String {
        path.hasPrefix("/") ? path : "\(folder)/\(path)"
    }
}

extension YAMLSection {
    /// `path`, or the only one of `paths`.
    fileprivate mutating func path() throws(YAMLError) -> String? {
        let (path, paths) = (try optional("path"), try optional("paths"))
        if let path { return try path.string() }
        guard let all = try paths?.texts() else { return nil }
        guard all.count < 2 else { throw all[1].node.error("this source takes one path") }
        return all[0].value
    }
}

extension LearningGoal {
    fileprivate init(_ keys: inout YAMLSection) throws(YAMLError) {
        let task = try keys.optional("task")?.choice(LearningTask.self) ?? .classification
        let metric = try keys.optional("metric")
        self.init(
            task: task,
            metric: try metric.map { node throws(YAMLError) in try node.qualityMetric() } ?? .usual(for: task)
        )
        if let metric, !self.metric.tasks.contains(task) {
            let known = QualityMetric.allCases.filter { $0.tasks.contains(task) }.map(\.rawValue)
            throw metric.error(
                "'\(self.metric.rawValue)' does not judge \(task.rawValue); known: \(known.joined(separator: ", "))"
            )
        }
    }
}

extension YAMLNode {
    fileprivate func qualityMetric() throws(YAMLError) -> QualityMetric {
        let name = try string()
        guard let metric = QualityMetric(rawValue: name) else {
            let known = QualityMetric.allCases.map(\.rawValue).joined(separator: ", ")
            throw error("unknown metric '\(name)'; known: \(known)")
        }
        return metric
    }

    /// `test:` – a share, `official`, files whose name matches a pattern with `*` and `[a-b]`, what comes after the first rows
    /// of each group, or a file of its own.
    fileprivate func part(_ file: inout String?, folder: String) throws(YAMLError) -> SplitRules.Part {
        if isMapping {
            var keys = YAMLSection(self)
            let (pattern, count) = (try keys.optional("pattern"), try keys.optional("after"))
            let path = try keys.optional("path")
            try keys.end()
            switch (pattern, count, path) {
            case (let pattern?, nil, nil): return .pattern(try pattern.string())
            case (nil, let count?, nil): return .after(try count.int(in: 1...1_000_000_000))
            case (nil, nil, let path?):
                file = JobFile.path(try path.string(), in: folder)
                return .official
            default: throw error("needs one of pattern, after, path")
            }
        }
        let text = isSequence ? "" : try string()
        if text == "official" { return .official }
        guard Double(text) != nil else {
            throw error("expected a number, official, {pattern: …}, {after: …} or {path: …}, got \(summary)")
        }
        return .fraction(try double(in: 0.01...0.5))
    }

    /// `split: {by: …}` – what is kept together when shares are drawn: a basis, or the column of a table's groups.
    fileprivate func splitBasis(_ group: inout String?) throws(YAMLError) -> SplitRules.Basis {
        var keys = YAMLSection(self)
        let name = try keys.required("by").string()
        try keys.end()
        if let basis = SplitRules.Basis(rawValue: name) { return basis }
        if name != "official" {
            guard group == nil || group == name else {
                throw error("the table's groups are those of '\(group ?? "")', not of '\(name)'")
            }
            group = name
            return .group
        }
        return .sample
    }

    /// A number, or a list of them: one a channel, say.
    fileprivate func numbers() throws(YAMLError) -> [Double] {
        var numbers: [Double] = []
        for item in isSequence ? try list() : [self] { numbers.append(try item.double()) }
        guard !numbers.isEmpty else { throw error("expected a number, or a list of them") }
        return numbers
    }
}

extension SplitRules {
    /// Parts that the file leaves out are what the source sets apart, else 0.15 of the samples.
    fileprivate init(
        _ keys: inout YAMLSection, _ request: inout DatasetRequest, folder: String
    ) throws(YAMLError) {
        self.init(
            validation: try keys.optional("validation")?.part(&request.validationPath, folder: folder),
            test: try keys.optional("test")?.part(&request.testPath, folder: folder),
            basis: try keys.optional("split")?.splitBasis(&request.table.group) ?? .sample,
            seed: UInt64(try keys.optional("split_seed")?.int(in: 0...Int.max) ?? 0))
        if request.table.remainingLife?.testFile != nil, test == nil { test = .official }
    }
}

extension Normalization {
    /// `preprocessing:` – value i of a sample becomes (value − offsets[i mod n]) · scales[i mod n], as manifests of bundles
    /// write it.
    fileprivate init(_ node: YAMLNode) throws(YAMLError) {
        var keys = YAMLSection(node)
        let (offsets, scales) = (
            try keys.required("offsets").numbers(), try keys.required("scales").numbers()
        )
        try keys.end()
        guard offsets.count == scales.count else {
            throw node.error("expected a scale for each offset, got \(scales.count) for \(offsets.count)")
        }
        self.init(offsets: offsets.map(Float.init), scales: scales.map(Float.init))
    }
}

extension TableSource {
    /// `table:` – files joined on the architecture, and what their columns hold.
    fileprivate init(_ node: YAMLNode, metric: QualityMetric, folder: String) throws(YAMLError) {
        var keys = YAMLSection(node)
        paths = try keys.required("paths").texts().map { JobFile.path($0.value, in: folder) }
        columns = MeasurementTable.Columns(
            architecture: try keys.optional("architecture")?.string() ?? "architecture",
            accuracy: try keys.required("accuracy").string(),
            isPercent: try keys.optional("percent")?.bool() ?? false,
            costs: try keys.required("costs").tableCosts())
        self.metric = metric
        try keys.end()
    }
}

extension YAMLNode {
    /// `costs:` – for each device, the column of each cost.
    fileprivate func tableCosts() throws(YAMLError) -> [MeasurementTable.Columns.DeviceCosts] {
        var costs: [MeasurementTable.Columns.DeviceCosts] = []
        for (device, columns) in try mapping {
            var metrics: [(metric: Metric, column: String)] = []
            for (name, column) in try columns.mapping {
                guard let metric = Metric(rawValue: name), metric.dependsOnDevice else {
                    throw column.error("'\(name)' is no cost, such as latency_ms")
                }
                metrics.append((metric, try column.string()))
            }
            costs.append((device, metrics))
        }
        return costs
    }
}
