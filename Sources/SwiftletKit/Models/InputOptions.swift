import Bundles

/// What a command line says of a model's inputs where the file leaves it open.
public struct InputOptions: Sendable {
    /// `NAME=1x3x48x192` each.
    public var shapes: [String]
    /// `NAME=16000` each.
    public var values: [String]

    /// The options as they were written; they are read, and refused, when a model is opened.
    public init(shapes: [String] = [], values: [String] = []) {
        self.shapes = shapes
        self.values = values
    }

    /// The options read; throws where one is not of its form.
    func sizes() throws -> InputSizes { try InputSizes(shapes: shapes, values: values) }
}
