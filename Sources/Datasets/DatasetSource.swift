/// The kinds of data that a job may name.
public enum DatasetSource: String, Hashable, Sendable, CaseIterable {
    /// The 1,797 digits inside the program.
    case digits
    /// A folder of four IDX files, as MNIST comes.
    case idx
    /// A folder of CIFAR-10's binary batches.
    case cifar10
    /// Pictures in folders named after their classes, or an archive of them.
    case imageFolder = "image-folder"
    /// One table, or those of a folder or archive.
    case csv
    /// A NumPy archive.
    case npz
    /// A folder or a tar archive of recordings.
    case wavFolder = "wav-folder"
    /// Published measurements of architectures instead of samples.
    case table
}

/// What a job asks to be loaded.
public struct DatasetRequest: Hashable, Sendable {
    /// The kind of source.
    public var source: DatasetSource
    /// A file or folder; nil for the digits.
    public var path: String?
    /// The official parts of tables, archives and folders, where they lie in places of their own.
    public var testPath, validationPath: String?
    /// Of recordings.
    public var features: LogMel
    /// Of tables and NumPy archives.
    public var table: TabularOptions
    /// Of pictures.
    public var pictures: PictureOptions

    /// A request for one source; options of other kinds of source are not read.
    public init(
        source: DatasetSource, path: String? = nil, features: LogMel = LogMel(),
        table: TabularOptions = TabularOptions(), pictures: PictureOptions = PictureOptions()
    ) {
        self.source = source
        self.path = path
        self.features = features
        self.table = table
        self.pictures = pictures
    }
}

extension Dataset {
    /// Reads a data set.
    ///
    ///     let digits = try Dataset(DatasetRequest(source: .digits))
    ///     let split = try DataSplit(digits, SplitRules(seed: 7))
    public init(_ request: DatasetRequest) throws(DatasetError) {
        if let part = request.testPath ?? request.validationPath, !request.source.hasPartsOfTheirOwn {
            throw .file(
                part, detail: "the source '\(request.source.rawValue)' has no parts in files of their own")
        }
        switch request.source {
        case .digits: self = try DigitsLoader.load()
        case .idx: self = try IDXLoader.load(folder: try request.requiredPath())
        case .cifar10: self = try CIFARLoader.load(folder: try request.requiredPath())
        case .wavFolder:
            self = try SoundFolderLoader.load(try request.places(), features: request.features)
        case .csv:
            self = try TableLoader.load(
                try request.requiredPath(), request.table, testPath: request.testPath,
                validationPath: request.validationPath)
        case .npz: self = try NPZLoader.load(try request.places(), request.table)
        case .imageFolder: self = try ImageFolderLoader.load(try request.places(), request.pictures)
        case .table:
            throw .file(
                request.path ?? "dataset", detail: "a table holds measurements, no samples to train on")
        }
    }
}

extension DatasetRequest {
    /// Height, width and channels of the samples; of pictures by the heads of their files, else by reading all of the data.
    public func sampleShape() throws(DatasetError) -> [Int] {
        source == .imageFolder
            ? try ImageFolderLoader.shape(try places(), pictures) : try Dataset(self).sampleShape
    }
}

extension DatasetSource {
    fileprivate var hasPartsOfTheirOwn: Bool {
        switch self {
        case .csv, .npz, .imageFolder, .wavFolder: true
        case .digits, .idx, .cifar10, .table: false
        }
    }
}

extension DatasetRequest {
    fileprivate func places() throws(DatasetError) -> PartPaths {
        PartPaths(path: try requiredPath(), validation: validationPath, test: testPath)
    }

    fileprivate func requiredPath() throws(DatasetError) -> String {
        guard let path else {
            throw .file("dataset", detail: "the source '\(source.rawValue)' needs a path")
        }
        return path
    }
}
