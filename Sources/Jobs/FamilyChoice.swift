import Candidates
import Datasets
import Devices
import Quantities

/// The space of a job that names none.
struct FamilyChoice {
    /// A shipped space.
    let space: String
    /// One sentence for people.
    let why: String

    /// What suits data and devices; arrays are looked at where their kind does not say enough.
    init(_ source: SampleSource, profiles: [DeviceProfile]) throws(DatasetError) {
        let isSmall = !profiles.isEmpty && profiles.allSatisfy { $0.kind == .microcontroller }
        let (space, reason) = try FamilyChoice.family(source, isSmall: isSmall)
        self.space = space
        why = "space: \(space), for \(reason)"
    }

    private static func family(
        _ source: SampleSource, isSmall: Bool
    ) throws(DatasetError) -> (String, String) {
        if source.goal.task == .anomaly {
            return ("autoencoder", "anomalies are what a narrow code does not bring back")
        }
        switch source.request.source {
        case .digits, .idx: return ("tiny-image", "the data are small pictures")
        case .cifar10: return picture([32, 32, 3], isSmall: isSmall)
        case .imageFolder: return picture(try source.request.sampleShape(), isSmall: isSmall)
        case .wavFolder: return ("ds-cnn-audio", "the data are recordings")
        case .csv where source.request.table.window != nil:
            return ("sensor-1d", "samples are windows of rows")
        case .csv, .npz:
            var shape = [1, 1, 1]
            if let given = source.request.table.shape {
                shape = given
            } else if source.request.source == .npz {
                shape = try source.request.sampleShape()
            }
            if shape[0] == 1, shape[1] == 1 { return ("mlp", "samples are rows of numbers") }
            if shape[1] == 1 { return ("sensor-1d", "samples are sequences of \(shape[0]) steps") }
            return picture(shape, isSmall: isSmall)
        case .table: return ("nas-bench-201", "the job is a table of measurements")
        }
    }
    /// `tiny-image` is made for 8 to 64 pixels; below 32, the stages of the families for colour pictures leave a pixel or two.
    private static func picture(_ shape: [Int], isSmall: Bool) -> (String, String) {
        let side = max(shape[0], shape[1])
        if side < 32 { return ("tiny-image", "the data are pictures of \(shape[0])×\(shape[1])") }
        if shape[2] == 1, side <= 64 { return ("tiny-image", "the data are grey pictures of up to 64×64") }
        if isSmall { return ("mcu-image", "all devices are microcontrollers") }
        return ("mobile-image", "the data are \(shape[2] == 1 ? "large" : "colour") pictures")
    }
}
