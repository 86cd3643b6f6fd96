import Archives
import Quantities

/// A NumPy archive: arrays `x_train`, `y_train`, `x_test`, `y_test` (the latter two the official test part; `x_val`, `y_val`
/// the official validation part), or `x` and `y`; and `group`, `group_train` … where samples belong together.
///
/// x is samples first: [N, H, W, C], [N, features], [N, T, C] (sequences of T steps), or [N, H, W] of bytes (pictures); y is
/// [N] or [N, 1], whole numbers or texts for classes. Other arrays are not read.
enum NPZLoader {
    static func load(_ places: PartPaths, _ options: TabularOptions) throws(DatasetError) -> Dataset {
        let path = places.path
        let parts = try parts(in: places)
        let first = parts[0]
        guard let shape = sampleShape(first.x, options.shape), shape.allSatisfy({ $0 > 0 }) else {
            throw .file(
                "\(path)/\(first.name)",
                detail:
                    "has shape \(first.x.shape); expected [N, H, W, C], [N, T, C], [N, H, W] or [N, features]"
                    + (options.shape.map { ", of as many values as \($0)" } ?? ""))
        }
        let labels = "\(path)/\(first.labelName)"
        var dataset = Dataset(
            name: "npz", sampleShape: shape, storage: try storage(parts.map(\.x), "\(path)/\(first.name)"),
            target: try target(parts.map(\.y), options, labels))
        var start = 0
        for part in parts {
            let range = start..<start + part.x.shape[0]
            if part.role == .test { dataset.officialTest = range }
            if part.role == .validation { dataset.officialValidation = range }
            start = range.upperBound
        }
        if parts.allSatisfy({ $0.group != nil }) {
            let texts = parts.flatMap { $0.group?.words ?? [] }
            (dataset.groups, dataset.groupNames) = texts.indexed()
        }
        return try dataset.checked(file: path)
    }

    /// The numbers to predict of the first part; nil where they are texts.
    static func numbers(_ path: String) throws(DatasetError) -> [Double]? {
        let places = PartPaths(path: path, validation: nil, test: nil)
        guard case .numbers(let array)? = try parts(in: places).first?.y else { return nil }
        return array.floats.map(Double.init)
    }

    private enum Role { case train, validation, test }

    private struct Part {
        let role: Role
        let name, labelName: String
        /// For messages.
        let file: String
        let x: NumberArray
        let y: NPZ.Entry
        let group: NPZ.Entry?
    }

    /// The parts in the order train, validation, test: those of one archive, or each of its own.
    private static func parts(in places: PartPaths) throws(DatasetError) -> [Part] {
        var parts: [Part] = []
        let train: [(Role, [String])] = [(.train, ["_train", ""])]
        let validation: [(Role, [String])] = [(.validation, ["_val", "_valid", "_validation"])]
        let test: [(Role, [String])] = [(.test, ["_test"])]
        let all = try arrays(places.path)
        let sought: [(own: String?, endings: [(Role, [String])])] = [
            (nil, train), (places.validation, validation), (places.test, test),
        ]
        for (own, endings) in sought {
            let found = try self.parts(of: all, endings, places.path)
            guard let own else {
                parts += found
                continue
            }
            guard found.isEmpty else {
                throw .file(own, detail: "\(places.path) holds that part already, as \(found[0].name)")
            }
            let others = endings.map { ($0.0, $0.1 + ["", "_test", "_train"]) }
            let arrays = try arrays(own)
            let part = try self.parts(of: arrays, others, own)
            guard !part.isEmpty else {
                throw .file(own, detail: "holds \(arrays.map(\.name).joined(separator: ", ")); expected x, y")
            }
            parts += part
        }
        guard parts.first?.role == .train else {
            let names = all.map(\.name).joined(separator: ", ")
            throw .file(
                places.path, detail: "holds \(names); expected x_train, y_train, x_test, y_test or x, y")
        }
        for part in parts where part.x.shape.dropFirst() != parts[0].x.shape.dropFirst() {
            throw .file(part.file, detail: "has samples of another shape than \(parts[0].name)")
        }
        return parts
    }

    /// Of each role the first of these endings that an archive has samples and labels under.
    private static func parts(
        of arrays: [NamedEntry], _ names: [(Role, [String])], _ path: String
    ) throws(DatasetError) -> [Part] {
        var parts: [Part] = []
        for (role, endings) in names {
            guard
                let ending = endings.first(where: {
                    arrays.has("x\($0)") && arrays.has("y\($0)")
                }),
                let samples = try arrays.named("x\(ending)"), let y = try arrays.named("y\(ending)")
            else { continue }
            guard case .numbers(let x) = samples else {
                throw .file("\(path)/x\(ending)", detail: "holds texts; expected numbers")
            }
            let group = try arrays.named("group\(ending)")
            guard let count = x.shape.first, y.shape == [count] || y.shape == [count, 1] else {
                let rows = y.shape.count == 2 && y.shape.first == x.shape.first
                throw .file(
                    "\(path)/y\(ending)",
                    detail: "has shape \(y.shape) for x\(ending) of shape \(x.shape)"
                        + (rows ? "; expected one number a sample, such as y.argmax(axis=1)" : ""))
            }
            guard group == nil || group?.shape == [count] else {
                throw .file(
                    "\(path)/group\(ending)",
                    detail: "needs one number or text for each of \(count) samples")
            }
            parts.append(
                Part(
                    role: role, name: "x\(ending)", labelName: "y\(ending)", file: "\(path)/x\(ending)",
                    x: x, y: y, group: group))
        }
        return parts
    }

    private static func arrays(_ path: String) throws(DatasetError) -> [NamedEntry] {
        // An archive of archives could grow twice: what is packed once is not packed again.
        let bytes = try SourceFile.readPacked(path)
        do throws(ArchiveError) {
            return try NPZ.entries(bytes, file: path)
        } catch {
            throw DatasetError(error)
        }
    }

    /// Bytes of three axes are grey pictures; other numbers of three axes are sequences.
    private static func sampleShape(_ array: NumberArray, _ given: [Int]?) -> [Int]? {
        let shape = array.shape
        if let given {
            return given.count == 3 && given.reduce(1, *) == shape.dropFirst().reduce(1, *) ? given : nil
        }
        if shape.count == 3, case .uint8 = array.elements { return [shape[1], shape[2], 1] }
        return switch shape.count {
        case 2: [1, 1, shape[1]]
        case 3: [shape[1], 1, shape[2]]
        case 4: Array(shape[1...])
        default: nil
        }
    }

    /// Bytes where all arrays hold them, else float32.
    private static func storage(_ arrays: [NumberArray], _ name: String) throws(DatasetError)
        -> Dataset.Storage
    {
        let bytes = arrays.compactMap { if case .uint8(let values) = $0.elements { values } else { nil } }
        if bytes.count == arrays.count { return .bytes(bytes.flatMap(\.self)) }
        let floats = arrays.flatMap(\.floats)
        if let wrong = floats.firstIndex(where: { !$0.isFinite }) {
            throw .file(name, detail: "value \(wrong) is not finite in float32")
        }
        return .floats(floats)
    }

    private static func target(
        _ labels: [NPZ.Entry], _ options: TabularOptions, _ file: String
    ) throws(DatasetError) -> Dataset.Target {
        let numbers = labels.flatMap { entry -> [Float] in
            if case .numbers(let array) = entry { array.floats } else { [] }
        }
        guard numbers.count == labels.reduce(0, { $0 + $1.count }) else {
            return try target(labels.flatMap(\.words), options, file)
        }
        if let wrong = numbers.firstIndex(where: { !$0.isFinite }) {
            throw .file(file, detail: "value \(wrong) is not finite in float32")
        }
        switch options.task {
        case .regression: return .values(numbers)
        case .anomaly:
            let normal = options.normal.flatMap(Float.init) ?? 0
            return .anomalies(numbers.map { $0 != normal })
        case .classification: return try classes(numbers, options.classNames, file)
        }
    }

    /// Texts name classes, blanks around them left out.
    private static func target(
        _ words: [String], _ options: TabularOptions, _ file: String
    ) throws(DatasetError) -> Dataset.Target {
        if let empty = words.firstIndex(of: "") {
            throw .file(file, detail: "text \(empty) is empty; expected the name of a class")
        }
        switch options.task {
        case .regression: throw .file(file, detail: "holds texts; expected the numbers to predict")
        case .anomaly:
            let normal = try NormalText(Set(words), options.normal, missing: { .file(file, detail: $0) }).text
            return .anomalies(words.map { $0 != normal })
        case .classification:
            guard let names = options.classNames else {
                let (labels, names) = words.indexed()
                return .classes(labels, names: names)
            }
            let places = names.places
            if let other = words.first(where: { places[$0] == nil }) {
                throw .file(
                    file,
                    detail: "holds the class '\(other)', which is none of the \(names.count) class_names")
            }
            return .classes(words.map { places[$0] ?? 0 }, names: names)
        }
    }

    /// Far numbers (fewer than half of those up to the largest are there) become neighbours, named after their numbers.
    private static func classes(
        _ numbers: [Float], _ names: [String]?, _ file: String
    ) throws(DatasetError) -> Dataset.Target {
        let most = Float(names?.count ?? 10_000)
        if let wrong = numbers.firstIndex(where: { $0 < 0 || $0 >= most || $0 != $0.rounded() }) {
            throw .file(
                file,
                detail: "value \(wrong) is \(numbers[wrong]); expected classes from 0 to \(Int(most) - 1)"
                    + (names == nil ? " (or task: regression)" : ", as many as class_names"))
        }
        let labels = numbers.map { Int32($0) }
        if let names { return .classes(labels, names: names) }
        let present = Set(labels).sorted()
        guard present.count <= TablePlan.mostNumberedClasses else {
            throw .file(
                file,
                detail:
                    "holds \(present.count) different classes; are they numbers to predict (task: regression)? "
                    + "Classes that are numbers can be named by class_names")
        }
        let largest = Int(present.last ?? 0)
        guard present.count * 2 <= largest else {
            return .classes(labels, names: (0...largest).map(String.init))
        }
        let texts = labels.map(String.init).indexed()
        return .classes(texts.0, names: texts.1)
    }
}

extension Float {
    /// A whole number without its fraction.
    fileprivate var wholeText: String { magnitude < 1e9 ? String(Int(self)) : "\(self)" }
}

private typealias NamedEntry = (name: String, entry: Result<NPZ.Entry, ArchiveError>)

extension [NamedEntry] {
    fileprivate func has(_ name: String) -> Bool { contains { $0.name.lowercased() == name } }

    /// The array of a name, else the one whose name differs in the case of its letters: `X_train`; throws where it is of a
    /// kind that is not read.
    fileprivate func named(_ name: String) throws(DatasetError) -> NPZ.Entry? {
        let found = first { $0.name == name } ?? first { $0.name.lowercased() == name }
        switch found?.entry {
        case .success(let entry)?: return entry
        case .failure(let error)?: throw DatasetError(error)
        case nil: return nil
        }
    }
}

extension NPZ.Entry {
    fileprivate var shape: [Int] {
        switch self {
        case .numbers(let array): array.shape
        case .texts(let array): array.shape
        }
    }

    fileprivate var count: Int { shape.reduce(1, *) }

    /// Texts without blanks around them; numbers as texts, whole ones without a fraction.
    fileprivate var words: [String] {
        switch self {
        case .numbers(let array):
            array.floats.map { $0 == $0.rounded() ? $0.wholeText : "\($0)" }
        case .texts(let array): array.texts.map { $0.trimmingBlanks }
        }
    }
}

extension String {
    fileprivate var trimmingBlanks: String {
        let inner = utf8.drop { $0 == 32 || $0 == 9 }
        return String(
            Substring(
                inner.prefix(
                    upTo: inner.lastIndex { $0 != 32 && $0 != 9 }
                        .map { inner.index(after: $0) } ?? inner.startIndex)))
    }
}
