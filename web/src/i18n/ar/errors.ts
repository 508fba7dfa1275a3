import type { Text } from '..';
import type { errors as en } from '../en/errors';

export const errors: Record<keyof typeof en, Text> = {
	'error.title': 'لم ينجح ذلك',
	'error.unreachable': 'خادم هذا الصندوق لا يجيب. ما حُفظ بأمان؛ ستُعاد المحاولة تلقائياً.',
	'error.details': 'التفاصيل',
	'error.copy': 'نسخ التفاصيل',
	'error.code': 'الرمز {code}',
	'error.request': 'الطلب {id}',
	'error.page': 'تعثرت هذه الصفحة',
	'error.page_hint': 'لم يُفقد شيء مما حُفظ. أعد تحميلها؛ وإن تكرر ذلك فانسخ التفاصيل.',
	'error.stale': 'غيّر شخص آخر هذا في هذه الأثناء',
	'error.code.taken': 'مستخدم لدى غيره.',
	'error.code.required': 'هذا مطلوب.',
	'error.code.pin_wrong': 'الاسم أو الرمز السري غير صحيح.',
	'error.code.password_wrong': 'الاسم أو كلمة المرور غير صحيحة.',
	'error.code.no_code': 'لا يوجد رمز إعداد صالح: احصل على رمز جديد بالأمر “fexlctl setup”.',
	'error.code.code_wrong': 'رمز الإعداد غير صحيح.',
	'error.code.set_up': 'لهذا الصندوق مستخدموه: سجّل الدخول.',
	'error.code.customer_required': 'لم يُدفع كامل المبلغ: البيع بالآجل يحتاج إلى زبون.',
	'error.code.overpaid': 'بغير النقد يمكن دفع المجموع كحد أقصى.',
	'error.code.busy': 'الخادم مشغول جداً الآن.',
	'error.code.not_permitted': 'دورك لا يسمح بذلك.',
};
