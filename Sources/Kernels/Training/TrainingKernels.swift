import CKernels

/// The training kernels of one instruction set.
///
/// Results are equal for equal kernels, whatever the number of threads; two sets differ in the last bits, because one
/// rounds a product and its sum once and the other twice.
public struct TrainingKernels: Sendable {
    // SAFETY: points to a constant table that lives as long as the program.
    nonisolated(unsafe) let table: UnsafePointer<TrainKernels>

    private init?(level: Int32) {
        guard let table = train_kernels(level) else { return nil }
        self.table = table
    }

    /// Those this processor can run, slowest first; the first is the reference for the others.
    public static let available: [TrainingKernels] = (0...2).compactMap { TrainingKernels(level: $0) }

    /// The fastest this processor can run.
    public static var best: TrainingKernels { available[available.count - 1] }

    /// Name of the instruction set, as logs and stored jobs state it.
    public var name: String { String(cString: table.pointee.name) }

    /// Floats in a vector.
    var lanes: Int { Int(table.pointee.lanes) }
    /// Rows in a tile of a gather.
    var tileRows: Int { Int(table.pointee.tile_rows) }

    /// `count` rounded up to whole vectors.
    func padded(_ count: Int) -> Int { (count + lanes - 1) / lanes * lanes }
}

extension TrainingKernels: CustomStringConvertible {
    /// The name of the set.
    public var description: String { name }
}
