import CKernels

/// The training kernels of one instruction set.
///
/// Results are equal for equal kernels, whatever the number of threads; two sets differ in the last bits, because one
/// rounds a product and its sum once and the other twice.
public struct TrainingKernels: Sendable {
    // SAFETY: points to a constant table that lives as long as the program.
    nonisolated(unsafe) let table: UnsafePointer<TrainKernels>

    private init?(_ table: UnsafePointer<TrainKernels>?) {
        guard let table else { return nil }
        self.table = table
    }

    /// Those in float32 this processor can run, slowest first; the first is the reference for the others.
    public static let available: [TrainingKernels] = (0...2).compactMap { TrainingKernels(train_kernels($0)) }

    /// The fastest this processor can run.
    public static var best: TrainingKernels { available[available.count - 1] }

    /// The fastest with the operands of convolutions and products rounded to bfloat16, sums and everything else
    /// float32; nil where the processor has no instructions for it (AVX512-BF16).
    public static let rounding = TrainingKernels(train_kernels_rounding())

    /// Name of the instruction set, as logs and stored jobs state it.
    public var name: String { String(cString: table.pointee.name) }

    /// Floats in a vector.
    var lanes: Int { Int(table.pointee.lanes) }
    /// Rows in a tile of a gather.
    var tileRows: Int { Int(table.pointee.tile_rows) }

    /// Patches that the Winograd kernels transform at a time.
    var patches: Int { Int(table.pointee.patches) }
    /// Whether operands of products are rounded to bfloat16.
    var roundsProducts: Bool { table.pointee.rounds_products != 0 }

    /// `count` rounded up to whole vectors.
    func padded(_ count: Int) -> Int { (count + lanes - 1) / lanes * lanes }
}

extension TrainingKernels: CustomStringConvertible {
    /// The name of the set.
    public var description: String { name }
}
